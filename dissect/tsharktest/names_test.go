//go:build linux

package tsharktest

import (
	"fmt"
	"testing"

	"trustline/dissect/tls"
)

// compareNames compares the names of all cipher suites and alerts that tshark
// knows.
func compareNames(t *testing.T, l *ledger) {
	need(t, "tshark", "timeout")
	names := l.names(t)
	for id := range 1 << 16 {
		theirs := names.cipher[id]
		if theirs == "" {
			continue
		}
		if ours := tls.CipherName(uint16(id)); ours != theirs {
			l.report(t, difference{"names", fmt.Sprintf("0x%04x", id), "cipher suite", "cipher", ours, theirs})
		}
	}
	for code := range 256 {
		theirs := names.alerts[fmt.Sprint(code)]
		if theirs == "" {
			continue
		}
		if ours := tls.AlertName(uint8(code)); ours != theirs {
			l.report(t, difference{"names", fmt.Sprint(code), "alert", "description", ours, theirs})
		}
	}
}
