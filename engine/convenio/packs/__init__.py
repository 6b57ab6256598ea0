"""Packs: rules, the rating policy, and how a folder of YAML becomes both."""

from convenio.packs.loading import load_pack
from convenio.packs.pack import Pack

__all__ = ["Pack", "load_pack"]
