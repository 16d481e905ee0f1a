"""The stores that several processes share, one file each, behind one interface."""
