"""A student's neuron beside the gold neuron, to look at what differs and to accept it or give it back."""

from catmaid_jupyter.widgets.hand_in_review.hand_in_review import HandInReview

__all__ = ["HandInReview"]
