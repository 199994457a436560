//! Magic packets of Wake-on-LAN.
