// Package hints reads the small protocols around a phone's boot that say who is
// who: DHCP, CDP, LLDP, DNS, EAP over LAN, and the syslog messages in which CUCM
// raises its alarms.
//
// In goes the payload of one frame or datagram, without the headers before it.
// Out comes what it says of phones and servers:
//
//	d, err := hints.ParseDHCP(payload)   // UDP 67 and 68
//	fmt.Println(d.MAC, d.HostName, d.TFTPServers)
//	c, err := hints.ParseCDP(payload)    // after LLC/SNAP, OUI 00000c, type 2000
//	l, err := hints.ParseLLDP(payload)   // after EtherType 88cc
//	q, err := hints.ParseDNS(payload)    // UDP 53, or TCP 53 after the length
//	e, err := hints.ParseEAPOL(payload)  // after EtherType 888e
//	s, err := hints.ParseSyslog(payload) // UDP 514
//	fmt.Println(s.Alarm, s.Param("NodeID"), s.Time) // TVSCertificateRegenerated cucm-pub ...
//
// Every reader returns what it read together with the error, and nil only when
// the octets are something else. A payload that a capture cut short is read as
// far as it goes, with Cut set.
//
// They are hints: anybody can send them, a phone's name in a host name option
// proves nothing, and an address may be given to another phone tomorrow. The
// package joins nothing and judges nothing. Of EAP only what is sent in clear is
// read, and no challenge, response or key is kept.
package hints
