// Package register reads how a phone registers with a CallManager in clear: by
// SCCP ("skinny") on TCP port 2000 and by SIP on port 5060.
//
// In goes the octets of a connection in order, one direction at a time, or one
// UDP datagram. Out come the messages that say who registers and what became of
// it; messages about calls pass by:
//
//	var s register.SIPStream
//	for _, m := range s.Data(octets) {
//		fmt.Println(m.Method, m.Device, m.Model) // REGISTER SEPC80084AA8743 CP-7821
//	}
//	d, err := register.ParseSIP(datagram)
//	var skinny register.SCCPStream
//	for _, m := range skinny.Data(octets) {
//		fmt.Println(m.ID, m.Device, m.Load) // Register SEP001F9E266369 SCCP41.8-5-3S
//	}
//
// A stream that loses octets, or that is something else, is picked up again at
// the next message that begins with a segment; Problems of the stream says so.
//
// Phones tell a CallManager in an alarm which trust lists they hold, see Alarm:
// it is the only place on the wire where the hash that the phone's menu shows
// can be read.
//
// Credentials are dropped here: of Authorization headers only their presence is
// kept, and passwords in URIs are cut out. Display names are not kept. The
// package says nothing about registrations inside TLS (ports 2443 and 5061).
package register
