//go:build linux

package tsharktest

import (
	"sort"
	"testing"
)

// Least that is compared.
const (
	minTransfers    = 200
	minHandshakes   = 100
	minCertificates = 100
)

// mustOccur is what the captures must hold, so that agreement means something.
var mustOccur = []string{
	"tftp complete", "tftp error", "tftp incomplete", "tftp no-response", "tftp with retransmissions", "tftp with block wrap",
	"http complete", "http error", "http write",
	"server TLS1.0", "server TLS1.1", "server TLS1.2", "server TLS1.3", "sni", "client certificate",
	"resumed TLS1.0", "resumed TLS1.2", "resumed TLS1.3",
	"outcome established", "outcome alert", "outcome closed", "outcome refused",
	"alert client fatal 48 unknown_ca", "alert server fatal 40 handshake_failure", "alert server fatal 70 protocol_version",
	"alert client encrypted", "alert server encrypted",
}

// TestAgainstTshark compares everything and counts.
func TestAgainstTshark(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	l := newLedger()
	parts := []struct {
		name    string
		compare func(*testing.T, *ledger)
	}{{"names", compareNames}, {"lab", compareLab}, {"tls", compareTLS}, {"tftp", compareTFTP}, {"http", compareHTTP}}
	done := 0
	for _, part := range parts {
		t.Run(part.name, func(t *testing.T) {
			part.compare(t, l)
			done++ // not reached by a part that skips
		})
	}
	if done < len(parts) {
		t.Skip("not all parts ran: nothing to count")
	}
	t.Logf("%d transfers (%d hashes, %d errors), %d handshakes, %d certificates, %d alerts", l.transfers, l.hashes, l.errors, l.handshakes, l.certificates, l.alerts)
	var names []string
	for n := range l.scenes {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		t.Logf("%5d %s", l.scenes[n], n)
	}
	if l.transfers < minTransfers || l.handshakes < minHandshakes || l.certificates < minCertificates {
		t.Errorf("too little to compare: want %d transfers, %d handshakes, %d certificates", minTransfers, minHandshakes, minCertificates)
	}
	for _, n := range mustOccur {
		if l.scenes[n] == 0 {
			t.Errorf("%s does not occur in the captures", n)
		}
	}
	l.settle(t)
}
