"""Policies and people: who must acknowledge what, and who did."""

from policies.models.acknowledgement import Acknowledgement, Audience, PolicySetting

__all__ = ["Acknowledgement", "Audience", "PolicySetting"]
