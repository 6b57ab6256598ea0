"""Packs: rules, the rating policy, and how a folder of YAML becomes both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convenio.packs.loading import load_pack
    from convenio.packs.pack import Pack

__all__ = ["Pack", "load_pack"]


def __getattr__(name: str) -> Any:
    """Import what is asked for then: reading a pack needs much that others do not."""
    if name == "load_pack":
        from convenio.packs.loading import load_pack

        return load_pack
    if name == "Pack":
        from convenio.packs.pack import Pack

        return Pack
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
