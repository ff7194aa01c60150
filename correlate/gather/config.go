package gather

import (
	"bytes"

	"trustline/correlate/evidence"
	"trustline/dissect/config"
)

// configOf reads a payload as a phone's configuration, as far as findings need
// it; nil when it is none. A payload that was cut short still tells what stood
// before the cut.
func configOf(file string, payload []byte) *evidence.Config {
	if !bytes.Contains(payload[:min(len(payload), 4096)], []byte("<device")) {
		return nil
	}
	c, _ := config.Parse(payload) // its error says only that the file ends early, which the transfer tells
	if c == nil {
		return nil
	}
	out := &evidence.Config{File: file, CallManager: []string{}, TVS: []string{}, CAPF: []string{}, TFTP: append([]string{}, c.TFTP...), VPNHashes: append([]string{}, c.VPNHashes...),
		VPNGateways: append([]string{}, c.VPNGateways...), VPNHashAlg: c.VPNHashAlg,
		Security: c.Security, Protocol: c.Protocol, Transport: c.Transport, Load: c.Load, Version: c.VersionStamp, CAPFMode: c.CAPFAuthMode,
		CertHash: c.CertHash, Encrypted: c.Encrypted, Full: c.Full, Settings: c.Settings}
	for _, s := range c.CallManagers {
		out.CallManager = append(out.CallManager, s.Node)
	}
	for _, s := range c.TVS {
		out.TVS = append(out.TVS, s.Node)
	}
	for _, s := range c.CAPF {
		out.CAPF = append(out.CAPF, s.Node)
	}
	return out
}
