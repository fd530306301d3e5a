"""The tree against the vectors of Certificate Transparency, another library, and its own definition."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion
from sqlalchemy import insert, select

from errors import DataError
from ledger.events import Draft
from ledger.ledger import Ledger
from ledger.rows import event_row
from ledger.tables import EVENTS, TREE
from ledger.tree.hashing import EMPTY, TILE, GrowingTree, node_hash
from ledger.tree.proofs import (
    consistency_ranges,
    inclusion_ranges,
    verifies_consistency,
    verifies_inclusion,
)
from tests.support.ledgers import open_ledger, rewrite
from tests.support.roots import root_of

# The leaves, roots and proofs that the implementations of Certificate Transparency (RFC 6962) test with.
DATA = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A, B, C, D, E, F = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
)
INCLUSIONS = [
    (0, 1, []),
    (0, 8, [A, B, C]),
    (5, 8, [D, E, ROOTS[3]]),
    (2, 3, [ROOTS[1]]),
    (1, 5, [ROOTS[0], B, D]),
]
CONSISTENCIES = [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [F, E, ROOTS[3]]), (2, 5, [B, D])]
LEAVES = [hashlib.sha256(b"\x00" + bytes.fromhex(data)).digest() for data in DATA]


def path_of(ranges: list[tuple[int, int]], leaves: list[bytes]) -> list[bytes]:
    return [root_of(leaves[begin:end]) for begin, end in ranges]


def test_roots_are_those_of_certificate_transparency() -> None:
    assert [root_of(LEAVES[: size + 1]).hex() for size in range(8)] == ROOTS
    assert root_of([]) == EMPTY == hashlib.sha256(b"").digest()


@pytest.mark.parametrize(("index", "size", "path"), INCLUSIONS)
def test_inclusion_proofs_are_those_of_certificate_transparency(index: int, size: int, path: list[str]) -> None:
    own = path_of(inclusion_ranges(index, size), LEAVES)
    assert [node.hex() for node in own] == path
    assert verifies_inclusion(LEAVES[index], index, size, own, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCIES)
def test_consistency_proofs_are_those_of_certificate_transparency(old: int, new: int, path: list[str]) -> None:
    own = path_of(consistency_ranges(old, new), LEAVES)
    assert [node.hex() for node in own] == path
    assert verifies_consistency(old, new, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1]), own)


def test_the_example_of_rfc_6962_section_2_1_3() -> None:
    d = LEAVES[:7]
    a, b, c, d3, e, f, j = d
    g, h, i = node_hash(a, b), node_hash(c, d3), node_hash(e, f)
    k, l = node_hash(g, h), node_hash(i, j)  # noqa: E741 - the names of the RFC
    assert root_of(d) == node_hash(k, l)
    assert path_of(inclusion_ranges(0, 7), d) == [b, h, l]
    assert path_of(inclusion_ranges(3, 7), d) == [c, g, l]
    assert path_of(inclusion_ranges(4, 7), d) == [f, j, k]
    assert path_of(inclusion_ranges(6, 7), d) == [i, k]
    assert path_of(consistency_ranges(3, 7), d) == [c, d3, g, l]
    assert path_of(consistency_ranges(4, 7), d) == [l]
    assert path_of(consistency_ranges(6, 7), d) == [i, j, k]


def leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(b"\x00" + number.to_bytes(4)).digest() for number in range(count)]


@given(st.integers(1, 150), st.data())
def test_every_proof_proves_and_no_other_does(size: int, data: st.DataObject) -> None:
    every = leaves(size)
    root, index = root_of(every), data.draw(st.integers(0, size - 1))
    path = path_of(inclusion_ranges(index, size), every)
    assert verifies_inclusion(every[index], index, size, path, root)
    assert not verifies_inclusion(leaves(size + 1)[-1], index, size, path, root)
    assert not any(verifies_inclusion(every[index], n, size, path, root) for n in range(-1, size + 1) if n != index)
    assert not verifies_inclusion(every[index], index, size, [*path, root], root)
    assert size == 1 or not verifies_inclusion(every[index], index, size, path[:-1], root)
    old = data.draw(st.integers(1, size))
    proof, old_root = path_of(consistency_ranges(old, size), every), root_of(every[:old])
    assert verifies_consistency(old, size, old_root, root, proof)
    other = root_of([*every[: old - 1], bytes(32)])
    assert not verifies_consistency(old, size, other, root, proof)
    assert not verifies_consistency(old, size, old_root, root, [*proof, root])
    assert old == size or not verifies_consistency(old, size, old_root, root, proof[:-1])
    assert not verifies_consistency(0, size, EMPTY, root, proof)


@given(st.integers(1, 120), st.data())
def test_another_library_has_the_same_roots_and_proofs(size: int, data: st.DataObject) -> None:
    contents = [number.to_bytes(4) for number in range(size)]
    other = InmemoryTree(algorithm="sha256")
    for content in contents:
        other.append_entry(content)
    every = leaves(size)
    assert other.get_root() == root_of(every)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    theirs = other.prove_inclusion(index + 1)
    assert theirs.path == [every[index], *path_of(inclusion_ranges(index, size), every)]
    verify_inclusion(every[index], root_of(every), theirs)
    both = other.prove_consistency(old)
    verify_consistency(root_of(every[:old]), root_of(every), both)
    assert verifies_consistency(
        old, size, other.get_root(old), other.get_root(), path_of(consistency_ranges(old, size), every)
    )


@pytest.fixture
def ledger(each_database: str, tmp_path: Path) -> Iterator[Ledger]:
    del each_database  # the environment names it
    with open_ledger(tmp_path) as opened:
        yield opened


def appended(ledger: Ledger, count: int) -> list[bytes]:
    drafts = [Draft("consultation", f"forecast/{number}", "ann") for number in range(count)]
    return [bytes.fromhex(event.hash) for event in ledger.append_all(drafts)]


def test_ledger_grows_a_tree_over_its_events(ledger: Ledger) -> None:
    every = [leaf for count in (1, 200, 55, 1, 300) for leaf in appended(ledger, count)]
    with ledger.tree() as tree:
        assert tree.size == 557
        for size in (0, 1, 255, 256, 257, 511, 512, 513, 557):
            assert tree.root(size) == root_of(every[:size])
        root = tree.root(557)
        for index in (0, 255, 256, 511, 512, 556):
            assert verifies_inclusion(every[index], index, 557, tree.inclusion(index, 557), root)
        for old in (1, 255, 256, 300, 512, 557):
            assert verifies_consistency(old, 557, tree.root(old), root, tree.consistency(old, 557))


def test_sizes_that_there_are_not_are_told(ledger: Ledger) -> None:
    appended(ledger, 3)
    with ledger.tree() as tree:
        for ask in (lambda: tree.root(4), lambda: tree.inclusion(3, 3), lambda: tree.consistency(0, 3)):
            with pytest.raises(DataError):
                ask()


def test_rows_of_the_tree_are_written_for_events_that_had_none(tmp_path: Path, ledger: Ledger) -> None:
    every = appended(ledger, 600)
    rewrite(tmp_path, "DELETE FROM tree")
    with ledger.tree() as tree:
        assert tree.root(600) == root_of(every)
    every += appended(ledger, 200)
    assert rows(ledger) == [(1, number) for number in range(3)]
    with ledger.tree() as tree:
        assert tree.root(800) == root_of(every)


def rows(ledger: Ledger) -> list[tuple[int, int]]:
    with ledger.database.reading() as connection:
        found = connection.execute(select(TREE.c.level, TREE.c.number).order_by(TREE.c.level, TREE.c.number))
        return [(row.level, row.number) for row in found]


def test_tree_of_many_tiles_is_read_from_few_rows(ledger: Ledger) -> None:
    appended(ledger, 1)
    every, size = [bytes.fromhex(event.hash) for event in ledger.events()] + leaves(66_000), 66_001
    first = event_row(ledger.events()[0])
    with ledger.database.writing() as connection:
        more = enumerate(every[1:], start=2)
        connection.execute(insert(EVENTS), [{**first, "sequence": at, "hash": leaf.hex()} for at, leaf in more])
    appended(ledger, 256)
    assert rows(ledger)[-1] == (2, 0)
    growing = GrowingTree()
    completed = [node for leaf in every for node in growing.add(leaf)]
    assert [(level, number) for level, number, _ in completed if level == 2] == [(2, 0)]
    assert len(completed) == size // TILE + 1
    with ledger.tree() as tree:
        assert tree.root(size) == root_of(every) == growing.root()
        path = tree.inclusion(40_000, size)
        assert len(path) == 17
        assert verifies_inclusion(every[40_000], 40_000, size, path, root_of(every))
