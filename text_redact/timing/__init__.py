"""Times of keys and paths of the mouse: the rhythm by which somebody is known again, and what to put in its place."""
