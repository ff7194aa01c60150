// Package wire draws the packets of a scenario and writes them as a capture.
//
// In: events with a time (a TFTP transfer, a TCP connection with what each side
// says, registration, the announcements of a phone). Out: a classic capture or
// pcapng with right lengths, checksums, identifiers and sequence numbers.
//
//	var tr wire.Trace
//	c, up := tr.Dial(at, phone, server, 51000, 2445, "seed")
//	c.Send(up.Add(ms), wire.FromClient, hello)
//	c.Close(at.Add(9*ms), wire.FromClient)
//	capture := tr.Classic()
//
// Events may be drawn in any order; frames are sorted by time. The network is
// ideal: nothing is lost or reordered unless the scenario says so by drawing
// less. Frames look as they do on the phone's own segment.
package wire
