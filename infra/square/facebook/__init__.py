"""Facebook: a Page with its visitors' posts, comments and Messenger chats, behind the Graph API's wire protocol."""

from infra.square.facebook.platform import Facebook as platform  # noqa: N813

__all__ = ["platform"]
