// Package scenario plays what happens between phones and servers and renders it
// as the files of a support case.
//
// In: a cluster (nodes with certificates, lists, files, clocks), a phone with the
// lists and the configuration it holds, and what happens when. Out: a [Case], a
// folder of files: capture, console log, status messages, TVS traces, listings,
// alarms, and a README with the planted facts.
//
//	s := newStation(...)
//	s.boot(at, served)     // phone asks, judges, registers; every source writes
//	c.capture("phone.pcap", s.trace)
//
// One clock is true, that of the capture; every other source has an offset to it.
// What the phone accepts comes from package phone; what it prints is worded as
// in published logs, and where no wording is published nothing is printed. Each
// case stands in its own file; [All] lists them.
package scenario
