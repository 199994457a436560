//! Discovery on this host: the responder of a server and the search of a viewer.
