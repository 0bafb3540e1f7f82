"""Discourse on the square: a forum with topics, personal messages, likes and solutions, its webhook and its API.

After github.com/discourse/discourse (``posts_controller.rb``, ``web_hook_post_serializer.rb``,
``latest_posts_query.rb``, ``web_hooks_controller.rb``) and the plugin discourse-solved. The company is one user of the
forum, with an administrator's key. The webhook is made by the API, as an administrator does by hand.
"""

from infra.square.platforms.discourse.platform import Discourse as Platform

__all__ = ["Platform"]
