package gather

import (
	"errors"
	"net/netip"
	"testing"

	"trustline/correlate/evidence"
	"trustline/dissect"
	"trustline/dissect/tls"
	"trustline/pcap"
)

// Everything comes, in order, before follow returns.
func TestFollow(t *testing.T) {
	const n = 10*batchSize + 7
	h := &captureHandler{d: newDecoder(Options{})}
	h.d.in = &evidence.Input{Name: "a.pcap"}
	failed := errors.New("cut")
	_, err := follow(h, func(to dissect.Handler) (*pcap.Summary, error) {
		for i := range n {
			at := pcap.Mark{Frame: i + 1}
			switch i % 3 {
			case 0:
				to.Transfer(&dissect.Transfer{Proto: "tftp", First: at, Content: make([]byte, 100*i)})
			case 1:
				to.Connection(&dissect.Connection{Conn: &pcap.Conn{First: at}, Handshake: &tls.Handshake{}})
			default:
				to.(dissect.Observer).Observe(&dissect.Observation{First: at, Kind: "dhcp", Event: "ack", Client: netip.MustParseAddr("10.0.0.1")})
			}
		}
		return nil, failed
	})
	if err != failed {
		t.Errorf("error %v", err)
	}
	if len(h.d.b.Events) != n {
		t.Fatalf("%d events of %d", len(h.d.b.Events), n)
	}
	for i, e := range h.d.b.Events {
		if e.Place.Frame != i+1 {
			t.Fatalf("event %d is of frame %d", i, e.Place.Frame)
		}
	}
}

// A fault on either side is one of the caller, and nothing hangs.
func TestFollowFault(t *testing.T) {
	for name, read := range map[string]func(dissect.Handler) (*pcap.Summary, error){
		"handling": func(to dissect.Handler) (*pcap.Summary, error) {
			for range 20 * batchSize {
				to.Connection(&dissect.Connection{}) // without a Conn
			}
			return &pcap.Summary{}, nil
		},
		"reading": func(to dissect.Handler) (*pcap.Summary, error) {
			to.Transfer(&dissect.Transfer{})
			panic("reading")
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if p := recover(); p == nil || name == "reading" && p != "reading" {
					t.Errorf("panic %v", p)
				}
			}()
			_, _ = follow(&captureHandler{d: newDecoder(Options{})}, read)
			t.Error("the fault was swallowed")
		})
	}
}
