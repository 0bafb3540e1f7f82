"""Request bodies, read into values: frozen records, tuples, milliseconds.

``Api.body`` returns a body after the check in ``generated``, which is made from the API's description. The other
modules refuse what a schema cannot say: texts of nothing but space, times that are none, and what does not go together.
"""
