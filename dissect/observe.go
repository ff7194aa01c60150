package dissect

import (
	"net/netip"

	"trustline/pcap"
)

// Observation is something seen beside transfers and TLS connections that
// names a phone or explains why nothing followed.
type Observation struct {
	First, Last pcap.Mark
	Kind        string         // http
	Event       string         // http: no-answer, refused
	Client      netip.Addr     // the phone; not valid when the protocol is below IP
	Server      netip.AddrPort // not valid when there is none
	MAC         string         // 12 hex digits, "" when unknown
	Device      string         // SEP..., "" when unknown
	Model       string
	Detail      map[string]string
}
