// Package sample builds the report that the tests of the writers render: a
// case of three phones with the names, lines and figures that real cases have,
// and the same case with hostile text in every field.
//
// The log lines follow Cisco TechNotes 118699 and 116232 and the support
// community's document DOC-18834; certificates, hashes and addresses are made
// up but keep their real forms. Only tests import it.
package sample

import (
	"fmt"

	"trustline/correlate"
)

func ptr[T any](v T) *T { return &v }

// Identities of the case.
const (
	healthy = "SEP0011215A1AE3"
	locked  = "SEP2834A2823B58"
	open    = "SEPB000B4BA0AEE"

	pubAddr = "10.1.1.11"
	subAddr = "10.1.1.12"

	dn = ";OU=TAC;O=Cisco Systems;L=RTP;ST=North Carolina;C=US"

	oldCCM = "21002d17000000000005"
	newCCM = "5f3a09c4e1b27d60"
	oldTVS = "2e3e1a7bdaa64d84"
	newTVS = "6c81d2209be4f713"
	capf   = "0adc6e7742914a53"
	tomcat = "6f969d5b784d0448980f7557a90a6344"

	oldITLHash = "9d0b4e0c1f5b5d76a3c8f1a90bb3d7c5e6021f44"
	newITLHash = "3c51a8e0b2d94f67c07e94a1d5f8b3620e97ab1c"
	oldITLMD5  = "b1f4d0b3a9f3f2d9a3c14d64fb5c1e07"
	oldTVSHash = "5c1bfb9f0b3aa1f1cf1b6fd6c2d0b5d8a6a0f3d2"
	newTVSHash = "e81f1d2b7a9c4465b0d7c3e2f190a8b7c6d5e4f3"
	ccmHash    = "0c7a11f86d3e2b94855ab1c7d0e9f2437ab8c6d5"
	capfHash   = "77c0e4a1b2f3958d6c7e8f90a1b2c3d4e5f60718"
)

// inputs of the case, by the short name that the builder uses.
const (
	inCapture  = "case/boot-a1.pcapng"
	inConsole  = "case/SEP0011215A1AE3-console.log"
	inTVS      = "case/node-a1/SDI00000012.txt.gz!/SDI00000012.txt"
	inTVSb     = "case/node-a2/SDI00000012.txt.gz!/SDI00000012.txt"
	inShow     = "case/show-itl.txt"
	inITL      = "case/ITLSEP0011215A1AE3.tlv"
	inCapture2 = "case/phone2.pcap"
	inPRT      = "case/prt-SEP2834A2823B58-20130306.tar.gz!/messages.1"
	inFacts    = "case/case.facts"
	inStatus   = "case/status-SEPB000B4BA0AEE.txt"
	inBroken   = "case/broken.pcap"
	inLetter   = "case/letter.docx"
)

// maker hands out entries with rising identifiers.
type maker struct{ n int }

type detail = map[string]any

func (m *maker) entry(at string, src correlate.Place, stage, actor, event, outcome, summary, text string, d detail) correlate.Entry {
	m.n++
	if d == nil {
		d = detail{}
	}
	e := correlate.Entry{ID: fmt.Sprintf("e%d", m.n), Source: src, Stage: stage, Actor: actor, Event: event, Outcome: outcome, Summary: summary, Text: text, Detail: d}
	switch {
	case at == "":
	case len(at) > 12 && at[4] == '-':
		e.Time, e.TimeText = ptr(at), at
	default:
		e.TimeText = at
	}
	return e
}

func frame(input string, n int) correlate.Place { return correlate.Place{Input: input, Frame: ptr(n)} }
func line(input string, n int) correlate.Place  { return correlate.Place{Input: input, Line: ptr(n)} }
func lines(input string, n, end int) correlate.Place {
	return correlate.Place{Input: input, Line: ptr(n), EndLine: ptr(end)}
}
func whole(input string) correlate.Place { return correlate.Place{Input: input} }

// Report builds the case anew, so that a caller may change it.
func Report() *correlate.Report {
	m := &maker{}
	r := &correlate.Report{
		Schema:   correlate.SchemaReport,
		Tool:     correlate.Tool{Name: "trustline", Version: "1.0.0"},
		Headline: "3 phones: 1 locked-out, 1 inconclusive, 1 ok.",
		Inputs:   inputs(),
		Clocks:   clocks(),
		Coverage: coverage(),
		Cluster:  cluster(),
		Groups: []correlate.Group{
			{Cause: "callmanager-tvs-both-regenerated", Class: correlate.ClassLockedOut, Phones: []string{locked}, Action: correlate.ActionTouch, Remedy: []correlate.Step{
				{Text: "Delete the ITL on one phone first, after all certificate work is finished, and see it take the new list.", Command: "phone: Settings > Security Configuration > Trust List > unlock with **# > Erase", Risk: "The next list is taken unchecked."}}, Odd: []correlate.Odd{}},
			{Cause: "evidence-insufficient", Class: correlate.ClassInconclusive, Phones: []string{open}, Action: correlate.ActionCollect, Remedy: []correlate.Step{
				{Text: "Capture from the phone's power-up until it registers.", Command: "utils network capture host ip 10.9.9.31 size ALL count 10000 file SEPB000B4BA0AEE", Risk: "none"}}, Odd: []correlate.Odd{}},
			{Cause: "itl-ok-do-not-delete", Class: correlate.ClassOK, Phones: []string{healthy}, Action: correlate.ActionNone, Remedy: []correlate.Step{}, Odd: []correlate.Odd{
				{Phone: healthy, Because: "the only one with this verdict"}}},
		},
		Unassigned: []correlate.Entry{},
		Phones:     []correlate.Phone{healthyPhone(m), lockedPhone(m), openPhone(m)},
	}
	r.Unassigned = append(r.Unassigned,
		m.entry("2013-03-06T08:58:12.104000Z", line(inTVS, 88), "tvs", "tvs", "tvs_tls_handshake_missing", "info",
			"accepted a connection that never ended its handshake", "08:58:12.104 |   debug Accepted TCP connection from socket 0x00000017, fd = 9", nil))
	return r
}

func inputs() []correlate.Input {
	none, noSamples := []correlate.Problem{}, []correlate.Sample{}
	text := func(name, kind string, bytes int64, sha string, n, matched, ignored, unknown int, from, to *string, samples []correlate.Sample) correlate.Input {
		return correlate.Input{Name: name, Kind: kind, Bytes: bytes, SHA256: sha, Lines: ptr(n), Matched: ptr(matched), Ignored: ptr(ignored), Unknown: ptr(unknown), From: from, To: to, Samples: samples, Problems: none}
	}
	capture := func(name, kind string, bytes int64, sha string, n int, from, to *string, problems []correlate.Problem) correlate.Input {
		return correlate.Input{Name: name, Kind: kind, Bytes: bytes, SHA256: sha, Frames: ptr(n), From: from, To: to, Samples: noSamples, Problems: problems}
	}
	return []correlate.Input{
		capture(inCapture, "pcapng", 1842176, "0f4b6b4c7be1f7d2c5b5f7a01b8d3e6a9c2f4d7e8b1a0c3d5e6f7a8b9c0d1e2f", 4182, ptr("2013-03-05T15:20:31.004112Z"), ptr("2013-03-05T15:22:48.771203Z"), none),
		text(inConsole, "phone-log", 48231, "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809", 412, 61, 340, 11, ptr("15:20:44.102311"), ptr("15:21:00.120054"),
			[]correlate.Sample{{Line: 1190, Count: 7, Text: "1190: WRN 15:20:51.002134 JVM: Startup Module Loader|cip.http.ae: - HTTPS proxy state = 4"}, {Line: 1233, Count: 4, Text: "1233: NOT 15:20:59.700102 SECD: getCtlRev: rev 12"}}),
		text(inTVS, "tvs-trace", 2231001, "2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a", 31870, 402, 31468, 0, ptr("2013-03-05T15:00:00.113000Z"), ptr("2013-03-05T15:40:12.870000Z"), noSamples),
		text(inTVSb, "tvs-trace", 1100, "2c3d4e5f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b", 14, 0, 14, 0, nil, nil, noSamples),
		text(inShow, "show-itl", 5120, "3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b", 121, 96, 25, 0, nil, nil, noSamples),
		{Name: inITL, Kind: "itl", Bytes: 5438, SHA256: "4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c", Samples: noSamples, Problems: none},
		capture(inCapture2, "pcap", 920114, "5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d", 2047, ptr("2013-03-06T09:11:58.220145Z"), ptr("2013-03-06T09:14:40.007718Z"), none),
		text(inPRT, "phone-log", 812044, "6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e", 7120, 118, 6990, 12, ptr("2013-03-06T09:12:00.104331Z"), ptr("2013-03-06T09:14:33.920117Z"),
			[]correlate.Sample{{Line: 4021, Count: 12, Text: "4021 NOT 09:13:02.118220 SECD: -getTlRev: file not loaded"}}),
		text(inFacts, "facts", 96, "708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f", 5, 5, 0, 0, nil, nil, noSamples),
		text(inStatus, "phone-log", 118, "8192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f70", 3, 2, 1, 0, nil, nil, noSamples),
		capture(inBroken, "pcap", 16777216, "92a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7081", 118, ptr("2013-03-06T10:40:02.000113Z"), ptr("2013-03-06T10:40:19.551870Z"),
			[]correlate.Problem{{Where: "frame 119, offset 83142", What: "captured length 1818846785 is above the snap length 65535; reading stopped"}}),
		{Name: inLetter, Kind: "unknown", Bytes: 20480, SHA256: "a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192", Samples: noSamples, Problems: []correlate.Problem{{Where: "content", What: "no known format"}}},
	}
}

func clocks() []correlate.Clock {
	return []correlate.Clock{
		{Source: inConsole, OffsetLow: 2.185, OffsetHigh: 2.22, Reference: inTVS, Note: "", Pairs: []correlate.ClockPair{
			{Kind: "request before its receipt", Source: line(inConsole, 1228), Reference: line(inTVS, 15), Bound: "high", Seconds: 2.22},
			{Kind: "answer before it was heard", Source: line(inConsole, 1241), Reference: line(inTVS, 61), Bound: "low", Seconds: 2.185}}},
		{Source: inTVS, OffsetLow: -2.204, OffsetHigh: -2.19, Reference: inCapture, Note: "the missing date is taken from the reference", Pairs: []correlate.ClockPair{
			{Kind: "connection accepted", Source: line(inTVS, 9), Reference: frame(inCapture, 1604), Bound: "both", Seconds: -2.197}}},
		{Source: inPRT, Boot: 1, OffsetLow: -0.031, OffsetHigh: 0.044, Reference: inCapture2, Note: "", Pairs: []correlate.ClockPair{
			{Kind: "file asked for", Source: line(inPRT, 3811), Reference: frame(inCapture2, 214), Bound: "both", Seconds: 0.012}}},
	}
}

func coverage() []correlate.Coverage {
	from, to := ptr("2013-03-05T15:20:31.004112Z"), ptr("2013-03-05T15:22:48.771203Z")
	from2, to2 := ptr("2013-03-06T09:11:58.220145Z"), ptr("2013-03-06T09:14:40.007718Z")
	row := func(c correlate.Coverage) correlate.Coverage {
		for _, list := range []*[]string{&c.Gaps, &c.Hides} {
			*list = append([]string{}, *list...)
		}
		c.Holes = append([]correlate.Hole{}, c.Holes...)
		return c
	}
	const hole = "lines 837 to 846 are missing by their sequence numbers"
	return []correlate.Coverage{
		row(correlate.Coverage{Input: inCapture, Phone: ptr(healthy), Service: "capture", From: from, To: to, Both: ptr(true), Note: "1912 packets from the phone, 1204 to it", Bundle: "K2", Quality: "good", Needed: true, Side: ptr("phone")}),
		row(correlate.Coverage{Input: inConsole, Phone: ptr(healthy), Service: "console", From: ptr("15:20:44.102311"), To: ptr("15:21:00.120054"), Gaps: []string{hole}, Bundle: "K3", Quality: "limited", Needed: true,
			Holes: []correlate.Hole{{From: ptr("2013-03-05T15:20:52.410000Z"), To: ptr("2013-03-05T15:20:58.120000Z"), What: hole}}, Hides: []string{"an excerpt: 1 hole in its sequence numbers, so what it does not say proves nothing"}}),
		row(correlate.Coverage{Input: inTVS, Service: "tvs-trace", From: ptr("2013-03-05T15:00:00.113000Z"), To: ptr("2013-03-05T15:40:12.870000Z"), Bundle: "K4", Node: ptr(pubAddr), Quality: "limited", Needed: true, Level: ptr("detailed"),
			Holes: []correlate.Hole{{From: ptr("2013-03-06T09:12:04.000000Z"), To: ptr("2013-03-06T09:13:12.000000Z"), What: locked + " was active from 2013-03-06 09:12 to 09:14, which it does not cover"}},
			Hides: []string{locked + " was active from 2013-03-06 09:12 to 09:14, which it does not cover"}}),
		row(correlate.Coverage{Input: inCapture2, Phone: ptr(locked), Service: "capture", From: from2, To: to2, Both: ptr(true), Bundle: "K2", Quality: "good", Needed: true, Side: ptr("phone")}),
		row(correlate.Coverage{Input: inCapture2, Phone: ptr(open), Service: "capture", From: ptr("2013-03-06T09:12:04.000000Z"), To: ptr("2013-03-06T09:13:12.000000Z"), Both: ptr(false), Note: "only packets from the phone", Bundle: "K2", Quality: "limited", Needed: true, Side: ptr("unknown"), Snap: ptr(96), Filter: "port 69 only",
			Hides: []string{"only packets from the phone: whether anybody answered cannot be seen", "12 packets are cut after 96 bytes: certificates, alerts and the content of files can be lost"}}),
		row(correlate.Coverage{Phone: ptr(locked), Service: "tvs-trace", From: ptr("2013-03-06T09:12:04.000000Z"), To: ptr("2013-03-06T09:13:12.000000Z"), Bundle: "K4", Node: ptr(subAddr), Quality: "missing", Needed: true,
			Holes: []correlate.Hole{{From: ptr("2013-03-06T09:12:04.000000Z"), To: ptr("2013-03-06T09:13:12.000000Z"), What: "needed for 2013-03-06 09:12 to 09:14"}}, Hides: []string{"what TVS was asked and answered on this node"}}),
		row(correlate.Coverage{Service: "console", From: ptr("2013-03-06T09:12:04.000000Z"), To: ptr("2013-03-06T09:13:12.000000Z"), Note: "for 2 phones", Bundle: "K3", Quality: "missing", Needed: true,
			Holes: []correlate.Hole{{From: ptr("2013-03-06T09:12:04.000000Z"), To: ptr("2013-03-06T09:13:12.000000Z"), What: "needed for 2013-03-06 09:12 to 09:14"}}, Hides: []string{"what the phone accepted or refused, in its own words"}}),
		row(correlate.Coverage{Service: "capf-trace", Note: "for 3 phones", Bundle: "K5", Quality: "missing", Hides: []string{"how CAPF judged the phone's request"}}),
		row(correlate.Coverage{Service: "syslog", Note: "for 3 phones", Bundle: "K8", Quality: "missing", Hides: []string{"which certificate was changed, and when"}}),
	}
}

func cluster() correlate.Cluster {
	return correlate.Cluster{
		Mode: "non-secure",
		AsOf: ptr("2013-03-06T10:40:19.551870Z"),
		Presented: []correlate.Presented{
			{Address: pubAddr + ":2445", Service: "tvs", Subject: "CN=cucm-a1" + dn, Serial: oldTVS, SHA1: ptr(oldTVSHash), First: ptr("2013-03-05T15:20:52.110000Z"), Last: ptr("2013-03-05T15:20:59.000000Z"), Connections: 2, Evidence: []string{"e3"}},
			{Address: pubAddr + ":2445", Service: "tvs", Subject: "CN=cucm-a1" + dn, Serial: newTVS, SHA1: ptr(newTVSHash), First: ptr("2013-03-06T09:12:20.000000Z"), Last: ptr("2013-03-06T09:12:20.000000Z"), Connections: 1, Evidence: []string{"e4"}},
		},
		Signers: []correlate.ServedSigner{
			{Kind: "itl", Origin: "transfer", Server: ptr(pubAddr), File: "ITLSEP0011215A1AE3.tlv", Files: 2, Signer: correlate.Signer{Name: "CN=cucm-a1" + dn, Issuer: "CN=cucm-a1" + dn, Serial: newCCM}, First: ptr("2013-03-05T15:20:45.000000Z"), Last: ptr("2013-03-06T09:12:04.000000Z"), Phones: 2, Evidence: []string{"e1"}},
			{Kind: "itl", Origin: "listing", Source: ptr(inShow), File: "ITLFile.tlv", Files: 1, Signer: correlate.Signer{Name: "CN=cucm-a1" + dn, Issuer: "CN=cucm-a1" + dn, Serial: oldCCM}, Evidence: []string{}},
		},
		Changes: []correlate.Change{
			{Kind: "alarm", Time: ptr("2013-03-06T02:10:02.000000Z"), TimeText: "Mar  6 02:10:02", Server: ptr("cucm-a1"), Text: "ITLFileRegenerated: ITL File has been regenerated", Evidence: []string{}},
			{Kind: "certificate", Time: ptr("2013-03-06T02:14:40Z"), TimeText: "notBefore", Server: ptr("cucm-a1"), Text: "a new TVS certificate, serial " + newTVS + ", in place of " + oldTVS + ", which was made on 2011-06-14", Serial: newTVS, Replaces: oldTVS, Evidence: []string{}},
		},
		Servers: []correlate.Server{
			{Address: pubAddr, Name: ptr("cucm-a1"), Services: []string{"https", "tftp", "tvs"}},
			{Address: subAddr, Name: nil, Services: []string{"sip-tls"}},
		},
		Certificates: []correlate.Certificate{
			{Subject: "CN=cucm-a1" + dn, Issuer: "CN=cucm-a1" + dn, Serial: oldCCM, NotBefore: ptr("2011-06-14T13:02:11Z"), NotAfter: ptr("2016-06-13T13:02:10Z"), Key: ptr("RSA 1024"), SHA1: ptr(ccmHash), Seen: []string{"ITLSEP0011215A1AE3.tlv record 1"}, Roles: []string{"CallManager"}, ExpiresIn: ptr(1195), Status: "ok"},
			{Subject: "CN=cucm-a1" + dn, Issuer: "CN=cucm-a1" + dn, Serial: oldTVS, NotBefore: ptr("2011-06-14T13:02:19Z"), NotAfter: ptr("2016-06-13T13:02:18Z"), Key: ptr("RSA 1024"), SHA1: ptr(oldTVSHash), Seen: []string{pubAddr + ":2445"}, Roles: []string{"TVS"}, ExpiresIn: ptr(1195), Status: "ok"},
			{Subject: "CN=cucm-a1" + dn, Issuer: "CN=cucm-a1" + dn, Serial: newTVS, NotBefore: ptr("2013-03-06T02:14:40Z"), NotAfter: ptr("2018-03-05T02:14:39Z"), Key: ptr("RSA 2048"), SHA1: ptr(newTVSHash), Seen: []string{pubAddr + ":2445"}, Roles: []string{"TVS"}, ExpiresIn: ptr(1824), Status: "ok"},
			{Subject: "CN=cucm-a1" + dn, Issuer: "CN=TAC Root CA;O=Cisco Systems;C=US", Serial: tomcat, NotBefore: ptr("2012-01-10T00:00:00Z"), NotAfter: ptr("2013-01-09T23:59:59Z"), Key: ptr("RSA 2048"), SHA1: nil, Seen: []string{pubAddr + ":8443"}, Problem: ptr("expired before the capture began"), Roles: []string{"Tomcat"}, ExpiresIn: ptr(-56), Status: "expired"},
		},
		Findings: []correlate.Finding{
			{ID: "itl-differs-between-tftp-servers", Title: "Two TFTP nodes serve different ITLs", Class: correlate.ClassNote, Confidence: "medium", About: "cluster",
				Summary: "cucm-a1 serves an ITL signed by serial " + newCCM + "; the listing of 5 March shows one signed by serial " + oldCCM + ".", Evidence: []string{"e1", "e27"}, Remedy: []correlate.Step{}, CollectNext: []correlate.Step{}},
		},
	}
}
