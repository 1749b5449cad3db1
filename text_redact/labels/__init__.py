"""Values on screens that a label introduces or that something cuts off: no pattern finds them alone."""
