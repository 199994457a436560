//! What plays when, and why.
