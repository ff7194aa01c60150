package gather

import (
	"slices"
	"strings"

	"trustline/dissect"
	"trustline/phonelog"
	"trustline/phonelog/catalogue"
	"trustline/phonelog/pasted"
	"trustline/tvstrace"
)

// Names of the events that are made here, of captures and listings.
const (
	eventTransfer     = "transfer"
	eventConnection   = "tls_connection"
	eventHostAnswered = "host_answered"
	eventListNotFound = "cli_list_not_found"
	eventListing      = "cli_show_" // and itl or ctl
)

// dialectCapture is the dialect of what was seen on the wire.
const (
	dialectCapture = "capture"
)

// Entries is the closed list of event names with the patterns and sources of
// each: those of all logs, and those made of captures and listings.
func Entries() []catalogue.Entry {
	own := []catalogue.Entry{
		{Event: eventTransfer, Means: "a file was asked for", Derived: "the packets of one TFTP transfer, or of one HTTP request on a provisioning port", Source: "RFC 1350, RFC 2347, RFC 9112", File: dialectCapture},
		{Event: eventConnection, Means: "a TCP connection on a port where TLS is spoken, also when no handshake came about", Derived: "the packets of one connection", Source: "RFC 9293, RFC 5246, RFC 8446", File: dialectCapture},
		{Event: eventHostAnswered, Means: "a server that left a connection unanswered sent other packets: it is not down", Derived: "packets of a host whose port stayed silent", Source: "RFC 9293", File: dialectCapture},
		{Event: eventListing + "itl", Means: "an ITL as the server lists it: md5, sha1, length, modified, signer, serial, records, and what the CLI said of it", Derived: "the output of show itl, also parts of it", Source: "Cisco TechNote 116232", File: "show-itl"},
		{Event: eventListing + "ctl", Means: "a CTL as the server lists it: md5, sha1, length, modified, signer, serial, records, and what the CLI said of it", Derived: "the output of show ctl, also parts of it", Source: "Cisco TechNotes 118892, 118893", File: "show-ctl"},
		{Event: eventListNotFound, Means: "the server has no such list", Derived: "the output of show itl or show ctl without a list", Source: "Cisco TechNote 118893", File: "show-itl, show-ctl"},
	}
	// What the timeline tells of inputs that are no record of a log, package correlate.
	own = append(own,
		catalogue.Entry{Event: "operator_fact", Means: "somebody states what no capture shows", Derived: "--fact, or a line of a file of facts among the inputs", File: "case.facts"},
		catalogue.Entry{Event: "trust_list_file", Means: "a CTL or ITL stands among the inputs as a file", Derived: "the file", Source: "Cisco TechNote 116232", File: "trust list"},
		catalogue.Entry{Event: "trust_list_listing", Means: "a CTL or ITL stands among the inputs as the CLI lists it", Derived: "the output of show itl or show ctl", Source: "Cisco TechNotes 116232, 118892, 118893", File: "show-itl, show-ctl"},
	)
	for _, k := range dissect.ObservationKinds() {
		own = append(own, catalogue.Entry{Event: observationName(k.Kind, k.Event), Means: k.Meaning, Derived: "packets: " + k.Source, File: dialectCapture})
	}
	return slices.Concat(phonelog.Entries(), tvstrace.Entries(), pasted.Entries(), own)
}

// observationName is the event of an observation of package dissect.
func observationName(kind, event string) string {
	return strings.ReplaceAll(kind+"_"+event, "-", "_")
}
