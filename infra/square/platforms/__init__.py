"""One package for each platform that the market square plays, named as its channel is."""
