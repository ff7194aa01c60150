//go:build linux

package tsharktest

import (
	"fmt"
	"sort"
	"strings"
	"testing"
)

// difference is one member that dissect and tshark see differently.
type difference struct {
	part   string // lab, tftp, tls, names
	item   string // capture and request or connection
	scene  string // what the test planned for it, "" for captures not made here
	member string
	ours   string
	theirs string
}

func (d difference) String() string {
	return fmt.Sprintf("%s: %s: %s: %s: dissect has %q, tshark %q", d.part, d.item, d.scene, d.member, d.ours, d.theirs)
}

// disagreement is a difference that has a reason.
type disagreement struct {
	name   string
	part   string
	holds  func(difference) bool
	reason string
}

// known are all disagreements. Each must occur.
var known = []disagreement{
	{"grease", "names", func(d difference) bool { return d.ours == "GREASE" && d.theirs == "Reserved (GREASE)" },
		"the values of RFC 8701 have no name in the registry; both show them as what they are"},
	{"unregistered", "names", func(d difference) bool {
		return d.ours == d.item && !strings.HasPrefix(d.item, "0x0") && unregistered(number(d.item))
	},
		"tshark also names suites that the IANA registry does not hold: ChaCha20 (draft-agl-tls-chacha20poly1305), Salsa20 (draft-josefsson-salsa20-tls), SM1 and SM4 (GM/T 0024); dissect prints registered names, else the number"},
	{"empty-object", "tftp", func(d difference) bool { return d.member == "object" && d.ours == "0 "+sum(nil) && d.theirs == "" },
		"tshark does not export a file without octets; its packets show that the transfer was complete"},
	{"empty-http-object", "http", func(d difference) bool { return d.member == "object" && d.ours == "0 "+sum(nil) && d.theirs == "" },
		"the same with HTTP"},
	{"span-copies", "lab", func(d difference) bool {
		return d.scene == "d04-span-doubled" && (d.member == "last_frame" || d.member == "retransmits" || d.member == "syns") && number(d.ours) < number(d.theirs)
	},
		"tshark counts the copies that a span port adds as packets of their own, dissect drops them"},
	{"frame-of-put", "http", func(d difference) bool {
		return d.member == "frame" && d.scene == "PUT" && number(d.ours) < number(d.theirs)
	},
		"tshark shows a request with a body in the frame of its last octet, dissect in that of its first"},
}

// unregistered reports the suites of drafts and of GM/T 0024 that have numbers
// outside the registry.
func unregistered(id int) bool {
	return id >= 0xcc13 && id <= 0xcc15 || id >= 0xe001 && id <= 0xe05a || id >= 0xe410 && id <= 0xe41f
}

// ledger gathers differences and what was compared.
type ledger struct {
	met                                 map[string]int // known disagreements
	transfers, handshakes, certificates int
	hashes, errors, alerts              int            // of transfers, of connections
	scenes                              map[string]int // what there was, to see that all of it occurs
	tables                              *tables
}

// names returns tshark's names, read once.
func (l *ledger) names(t *testing.T) *tables {
	t.Helper()
	if l.tables == nil {
		l.tables = tsharkNames(t)
	}
	return l.tables
}

func newLedger() *ledger { return &ledger{met: map[string]int{}, scenes: map[string]int{}} }

// report takes a difference: an unknown one fails the test.
func (l *ledger) report(t *testing.T, d difference) {
	t.Helper()
	for _, k := range known {
		if k.part == d.part && k.holds(d) {
			l.met[k.name]++
			return
		}
	}
	t.Error(d)
}

// compare reports each member that differs and returns whether all agree.
func (l *ledger) compare(t *testing.T, part, item, scene string, ours, theirs map[string]string) {
	t.Helper()
	var names []string
	for n := range ours {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		if ours[n] != theirs[n] {
			l.report(t, difference{part, item, scene, n, ours[n], theirs[n]})
		}
	}
}

// settle fails for entries of known that did not occur.
func (l *ledger) settle(t *testing.T) {
	t.Helper()
	for _, k := range known {
		if l.met[k.name] == 0 {
			t.Errorf("known disagreement %q of %s did not occur: take it out of the table", k.name, k.part)
		} else {
			t.Logf("known disagreement %q of %s, %d times: %s", k.name, k.part, l.met[k.name], k.reason)
		}
	}
}
