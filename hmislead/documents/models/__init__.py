"""Documents: written in clause blocks, approved by governing bodies, reviewed every year."""

from hmislead.documents.models.approval import ApprovalItem, Condition, Decision, DecisionVote, VersionEffect
from hmislead.documents.models.document import (
    Attestation,
    Block,
    Citation,
    Contradiction,
    Document,
    DocumentVersion,
    LibraryClause,
    PublishedCopy,
    RedlineCopy,
)
from hmislead.documents.models.review import Comment, CommentPeriod, LegalReview, ReviewCycle

__all__ = [
    "ApprovalItem",
    "Attestation",
    "Block",
    "Citation",
    "Comment",
    "CommentPeriod",
    "Condition",
    "Contradiction",
    "Decision",
    "DecisionVote",
    "Document",
    "DocumentVersion",
    "LegalReview",
    "LibraryClause",
    "PublishedCopy",
    "RedlineCopy",
    "ReviewCycle",
    "VersionEffect",
]
