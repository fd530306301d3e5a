"""Backtests by several processes: the same to the bit, through kills, failures and Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from errors import ModelError
from features.calendar import Calendar
from models.progress import silent
from models.simple import fit_simple
from tests.support.backtests import SCHEDULE, SEED, STORE, assert_equal, fit_small
from tests.support.recorded import Recorded
from training.backtest import Backtest, run_backtest
from training.choice import Recipe
