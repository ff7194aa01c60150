//go:build linux

package tsharktest

import (
	"os"
	"path/filepath"
	"testing"

	"trustline/dissect"
)

// compareLab compares the captures of the cases, on the ports that trustline
// takes by default.
func compareLab(t *testing.T, l *ledger) {
	need(t, "tshark", "timeout")
	files, err := filepath.Glob("../../testdata/cases/*/*.pcap*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures of cases: %v", err)
	}
	names := l.names(t)
	opt := dissect.DefaultOptions()
	var ports []int
	for _, p := range opt.TLSPorts {
		ports = append(ports, int(p))
	}
	for _, file := range files {
		if s, err := os.Stat(file); err != nil || s.Size() == 0 {
			continue // neither reads it
		}
		part := filepath.Base(filepath.Dir(file))
		t.Run(part, func(t *testing.T) {
			found := analyse(t, file, opt)
			found.capture = part
			matchTFTP(t, l, "lab", found.transfers, tsharkTransfers(t, file, 69), func(*dissect.TFTPRow) string { return part })
			matchTLS(t, l, "lab", found.connections, tsharkHandshakes(t, file, names, ports), func(*dissect.TLSRow) string { return part })
		})
	}
}
