"""Pictures on the axes contract of seaborn: each draws into an Axes and returns it."""
