"""Strands: what is forecast and prevented, as a versioned taxonomy, and what feeds each of them."""

from features.strands.inputs import StrandInput, feed_base
from features.strands.shipped import OPEN, SHIPPED, taxonomy_text
from features.strands.taxonomy import Strand, Taxonomy, TaxonomyFile, load_taxonomy, taxonomy_of

__all__ = [
    "OPEN",
    "SHIPPED",
    "Strand",
    "StrandInput",
    "Taxonomy",
    "TaxonomyFile",
    "feed_base",
    "load_taxonomy",
    "taxonomy_of",
    "taxonomy_text",
]
