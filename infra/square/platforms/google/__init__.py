"""Google on the square: the reviews of one location, the comments on one YouTube channel, and what announces them.

After developers.google.com/my-business/reference/rest/v4 (reviews and their reply), …/my-business/content/
notification-setup and cloud.google.com/pubsub/docs/push (pushes, signed as OpenID tokens), and
developers.google.com/youtube/v3/docs (comment threads, comments, what each call costs).

``post`` writes a review with the trait ``stars``, a comment below a video with the trait ``video``, and a reply where
``to`` is a comment. ``do`` knows ``subscribe`` {url, audience, email} (what people do in the Cloud console),
``reject_reply`` {message_id}, ``quota`` {left}, ``unverify`` {unverified} and ``revoke`` {revoked}.
"""

from infra.square.platforms.google.platform import Google as Platform

__all__ = ["Platform"]
