//! Wake-on-LAN on this host: sending, hearing and the wake flag of network cards.
