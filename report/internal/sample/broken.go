package sample

import "trustline/correlate"

// lockedPhone is locked out: CallManager.pem and TVS.pem were renewed in one
// night, there is no backup and no other way in.
func lockedPhone(m *maker) correlate.Phone {
	secd := func(at string, n int, stage, event, outcome, summary, text string, d detail) correlate.Entry {
		return m.entry("2013-03-06T"+at+"Z", line(inPRT, n), stage, "phone", event, outcome, summary, text, d)
	}
	base := m.n
	id := func(n int) string { return entryID(base + n) }
	timeline := []correlate.Entry{
		m.entry("2013-03-06T02:10:02.000000Z", line(inTVS, 8120), "itl", "operator", "alarm", "info", "alarm: ITL file regenerated", "Mar  6 02:10:02 cucm-a1 local7 6 : 12: cucm-a1: UC_TFTP-5-ITLFileRegenerated", nil),
		m.entry("2013-03-06T02:14:40.000000Z", line(inTVS, 8131), "tvs", "operator", "alarm", "info", "alarm: TVS certificate regenerated", "Mar  6 02:14:40 cucm-a1 local7 6 : 13: cucm-a1: UC_TVS-6-TVSCertificateRegenerated", nil),
		m.entry("2013-03-06T09:12:01.004411Z", frame(inCapture2, 201), "ctl", "tftp", "transfer", "info", "TFTP CTLSEP2834A2823B58.tlv from 10.1.1.11:69: error 1 File not found", "", detail{"file": "CTLSEP2834A2823B58.tlv", "client": "10.9.9.23:49210", "server": "10.1.1.11:69", "outcome": "error", "bytes": 0, "last_frame": 202}),
		m.entry("2013-03-06T09:12:01.310882Z", frame(inCapture2, 214), "itl", "tftp", "transfer", "ok", "TFTP ITLSEP2834A2823B58.tlv from 10.1.1.11:69: 5440 bytes", "", detail{"file": "ITLSEP2834A2823B58.tlv", "client": "10.9.9.23:49211", "server": "10.1.1.11:69", "outcome": "complete", "bytes": 5440, "last_frame": 236, "signer": newCCM}),
		secd("09:12:01.690113", 3822, "tvs", "trust_list_search", "info", "searches its ITL file", "3822 NOT 09:12:01.690113 SECD: findByIssuerAndSerialAndRoleInTL: Searching TL from ITL file", detail{"list": "ITL file"}),
		m.entry("2013-03-06T09:12:01.702004Z", frame(inCapture2, 241), "tvs", "tvs", "tls_connection", "fail", "TLS to 10.1.1.11:2445: closed before the handshake was done by the client, certificate cucm-a1 serial "+newTVS, "",
			detail{"client": "10.9.9.23:51002", "server": "10.1.1.11:2445", "service": "tvs", "outcome": "alert", "stream": 6, "version": "TLS1.0", "cipher": "TLS_RSA_WITH_AES_256_CBC_SHA", "closed_by": "client",
				"server_certificate": cert("CN=cucm-a1"+dn, newTVS, newTVSHash, "2013-03-06T02:14:40Z", "2018-03-05T02:14:39Z"),
				"frames":             detail{"syn": 241, "syn_ack": 242, "client_hello": 244, "server_hello": 246, "server_certificate": 246, "end": 251},
				"alerts":             []any{detail{"frame": 249, "from": "client", "level": "fatal", "description": "bad_certificate", "encrypted": false}}}),
		secd("09:12:01.812330", 3830, "tvs", "tls_alert_sent", "fail", "sent the TLS alert bad certificate [10.1.1.11]", "3830 ERR 09:12:01.812330 SECD: EROR:clpState: SSL3 alert write:fatal:bad certificate:<10.1.1.11>", detail{"description": "bad certificate", "server": "10.1.1.11"}),
		secd("09:12:01.815004", 3834, "tvs", "tls_handshake_failed", "fail", "TLS handshake failed [10.1.1.11]", "3834 ERR 09:12:01.815004 SECD: EROR:clpSetupSsl: ** SSL handshake failed, <10.1.1.11>", detail{"server": "10.1.1.11"}),
		secd("09:12:01.820551", 3836, "itl", "trust_list_update_failed", "fail", "trust list update failed", "3836 ERR 09:12:01.820551 SECD: EROR:updateTl: Trust List Update Failed", nil),
		m.entry("2013-03-06T09:12:02.144210Z", frame(inCapture2, 260), "config", "tftp", "transfer", "ok", "TFTP SEP2834A2823B58.cnf.xml.sgn from 10.1.1.11:69: 10120 bytes", "", detail{"file": "SEP2834A2823B58.cnf.xml.sgn", "client": "10.9.9.23:49212", "server": "10.1.1.11:69", "outcome": "complete", "bytes": 10120, "last_frame": 301, "signer": newCCM}),
		secd("09:12:02.610044", 3851, "config", "config_refused", "fail", "refused its configuration SEP2834A2823B58.cnf.xml", "3851 ERR 09:12:02.610044 SECD: EROR:verifyFile: sgn verify file failed </usr/ram/SEP2834A2823B58.cnf.xml>, errclass 8, errcode 19 (signer not in CTL)", detail{"file": "SEP2834A2823B58.cnf.xml", "code": "19"}),
		secd("09:12:02.610201", 3852, "config", "config_refused", "fail", "refused its configuration SEP2834A2823B58.cnf.xml", "3852 ERR 09:12:02.610201 SECD: EROR:verifyFile: verify FAILED, </usr/ram/SEP2834A2823B58.cnf.xml>", detail{"file": "SEP2834A2823B58.cnf.xml"}),
		m.entry("2013-03-06T09:12:09.310020Z", frame(inCapture2, 412), "registration", "callmanager", "registered", "ok", "SIP REGISTER answered 200 by 10.1.1.12", "", detail{"server": "10.1.1.12:5060", "from": "server"}),
		secd("09:14:02.110552", 4410, "https", "https_cert_not_in_trust_list", "info", "the HTTPS certificate is in neither list: TVS is next [10.1.1.11:8443]", "4410 ERR 09:14:02.110552 SECD: -HTTPS cert not in CTL, <10.1.1.11:8443>", nil),
		secd("09:14:02.402118", 4431, "https", "tls_handshake_failed", "fail", "TLS handshake failed [10.1.1.11:8443]", "4431 ERR 09:14:02.402118 SECD: EROR:clpSndStatus: SSL CLNT ERR, srvr<10.1.1.11>", nil),
		m.entry("", line(inFacts, 2), "itl", "operator", "fact", "info", "stated: cucm-version = 9.1.2", "", detail{"key": "cucm-version", "value": "9.1.2"}),
		m.entry("", line(inFacts, 3), "itl", "operator", "fact", "info", "stated: drs-backup = no", "", detail{"key": "drs-backup", "value": "no"}),
		m.entry("", line(inFacts, 4), "itl", "operator", "fact", "info", "stated: previous-itl-on-server = no", "", detail{"key": "previous-itl-on-server", "value": "no"}),
		m.entry("", line(inFacts, 5), "itl", "operator", "fact", "info", "stated: other-tftp = no", "", detail{"key": "other-tftp", "value": "no"}),
	}
	row := func(row, condition, state, because string, ev ...string) correlate.GateRow {
		return correlate.GateRow{Row: row, Condition: condition, State: state, Because: because, Evidence: append([]string{}, ev...)}
	}
	held := heldITL()
	held.File, held.From = "ITLSEP2834A2823B58.tlv", []correlate.Place{lines(inShow, 1, 121)}
	held.Records[2].Presented = "same-name-new-key"
	ca := "CN=cucm-a1" + dn
	served := heldITL()
	served.File, served.From, served.Length = "ITLSEP2834A2823B58.tlv", []correlate.Place{frame(inCapture2, 214)}, 5440
	served.Signer = correlate.Signer{Name: ca, Issuer: ca, Serial: newCCM}
	served.Records[0].Serial, served.Records[1].Serial = newCCM, newCCM
	served.Records[2].Serial, served.Records[2].SHA1, served.Records[2].Presented = newTVS, newTVSHash, ""
	served.Records[4].Presented = ""
	cause := ptr("callmanager-tvs-both-regenerated")
	return correlate.Phone{
		Name: locked, MAC: ptr("28:34:a2:82:3b:58"), Addresses: []string{"10.9.9.23"}, Model: ptr("CP-7965G"), Firmware: ptr("SIP45.9-3-1SR4-1S"),
		Verdict: correlate.Verdict{
			Class: correlate.ClassLockedOut, Primary: "callmanager-tvs-both-regenerated",
			Headline: "CallManager.pem and TVS.pem of cucm-a1 were renewed within 4 minutes and the phone was not reset between: it trusts neither the new signer nor the only server that could vouch for it.",
			Because: []correlate.Reason{
				{Text: "The served ITL is signed by serial " + newCCM + "; the phone's ITL holds serial " + oldCCM + " for that name and no record of the new one.", Evidence: []string{id(4)}},
				{Text: "The only TVS of the phone presents serial " + newTVS + " (SHA-1 " + newTVSHash + "); record 3 of the phone's ITL has serial " + oldTVS + " (SHA-1 " + oldTVSHash + ").", Evidence: []string{id(6), id(7)}},
				{Text: "The phone refused the list and then its configuration with errcode 19, signer not in CTL.", Evidence: []string{id(9), id(11), id(12)}},
				{Text: "The alarms of the two renewals are 4 min 38 s apart.", Evidence: []string{id(1), id(2)}},
			},
			Deletion: "allowed", Advice: "Every condition is proved: the ITL has to be deleted on the phone, after all certificate work is finished, and on one phone first.",
			Confidence: "high", Registered: "yes",
		},
		Findings: []correlate.Finding{
			{ID: "callmanager-tvs-both-regenerated", Title: "TFTP signer and TVS certificate changed together", Class: correlate.ClassLockedOut, Confidence: "high", About: "cucm-a1", Summary: "Both certificates of cucm-a1 that the phone could have used to accept the new ITL were renewed in one night.", Evidence: []string{id(1), id(2), id(4), id(6), id(11)}, Remedy: []correlate.Step{
				{Text: "Finish all certificate work and change no further certificate: the next list that the phone sees is accepted blindly.", Command: "show cert list own", Risk: "none"},
				{Text: "Delete the ITL on one phone and watch it take the new list and then verify its configuration.", Command: "phone: Settings > Security Configuration > Trust List > ITL File > **# > Erase", Risk: "the phone accepts the next list unchecked; do it on a trusted network"},
				{Text: "Repeat on the other phones of this group.", Command: "", Risk: "one walk to every phone"},
				{Text: "Take a DRS backup, so that the new keys can be brought back.", Command: "Disaster Recovery System > Backup > Manual Backup", Risk: "none"}},
				CollectNext: []correlate.Step{{Text: "The phone's status messages after the deletion.", Command: "", Risk: "none"}}},
			{ID: "config-signer-not-trusted", Title: "Configuration refused, signer unknown", Class: correlate.ClassRecoverable, Confidence: "high", About: "SEP2834A2823B58.cnf.xml.sgn", Summary: "errcode 19: the signer of the configuration is in no list of the phone.", Evidence: []string{id(10), id(11)}, Remedy: []correlate.Step{}, CollectNext: []correlate.Step{}, ConsequenceOf: cause},
			{ID: "tvs-cert-mismatch", Title: "TVS presents a certificate the ITL does not list", Class: correlate.ClassRecoverable, Confidence: "high", About: "10.1.1.11:2445", Summary: "Same name, other key: serial " + newTVS + " instead of " + oldTVS + ".", Evidence: []string{id(6)}, Remedy: []correlate.Step{}, CollectNext: []correlate.Step{}, ConsequenceOf: cause},
			{ID: "https-service-unverified", Title: "Secure URL fails because nothing vouches", Class: correlate.ClassRecoverable, Confidence: "medium", About: "10.1.1.11:8443", Summary: "The directory's certificate could not be checked.", Evidence: []string{id(14), id(15)}, Remedy: []correlate.Step{}, CollectNext: []correlate.Step{}, ConsequenceOf: cause},
			{ID: "cm-group-single-tvs", Title: "The phone has only one TVS although the cluster has more", Class: correlate.ClassDegraded, Confidence: "high", About: "SEP2834A2823B58.cnf.xml", Summary: "The configuration that the phone holds names one CallManager, which is also its TFTP server.", Evidence: []string{id(10)}, Remedy: []correlate.Step{{Text: "Add a second server to the Cisco Unified CM group before the next certificate work.", Command: "System > Cisco Unified CM Group", Risk: "phones of the group reset"}}, CollectNext: []correlate.Step{}},
		},
		RuledOut: []correlate.Ruled{
			{ID: "tvs-port-blocked", Because: "10.1.1.11:2445 answered the phone's SYN and sent its certificate.", Evidence: []string{id(6)}},
			{ID: "itl-corrupt-on-server", Because: "The served ITL verifies with its own record 1.", Evidence: []string{id(4)}},
		},
		Gate: correlate.Gates{
			ITL: []correlate.GateRow{
				row("served-signer-untrusted", "The served ITL is signed by a key that the phone's CTL and ITL do not know", "proved", "serial "+newCCM+" is in no record of the phone's ITL; there is no CTL", id(4)),
				row("every-tvs-fails-by-certificate", "Every TVS the phone can use presents a certificate that its ITL does not hold", "proved", "the only one, 10.1.1.11, presents serial "+newTVS, id(6)),
				row("refusal-seen", "The phone really refused the served files, in the boot in question", "proved", "list and configuration were refused in the boot that fetched them", id(9), id(11)),
				row("no-key-backup", "No backup (DRS) of the old private keys exists", "proved", "stated: there is no DRS backup of the old keys", id(17)),
				row("no-reset-path", "The servers own no key that the phone still trusts as SAST (utils itl reset)", "not-applicable", "release 9.1.2 has no utils itl reset", id(16)),
				row("no-ctl-anchor", "No CTL on the phone has a SAST anchor that still exists", "not-applicable", "the phone holds no CTL", id(3)),
				row("no-older-itl-on-server", "No older trusted ITL is kept on the server that TAC can bring back (CSCts01319)", "proved", "stated: there is no older trusted ITL on the server", id(18)),
				row("no-other-trusted-tftp", "No other TFTP server offers files whose signer the phone trusts", "proved", "stated: there is no other TFTP server", id(19)),
			},
			CTL: ctlGateWithout(id(3)),
		},
		States: []correlate.State{
			{Time: ptr("2013-03-06T09:12:01.820551Z"), TimeText: "09:12:01.820551", Before: "itl", After: "itl", Cause: "the served ITL was refused; the phone keeps its own", Evidence: []string{id(9)}},
		},
		Timeline: timeline,
		Trust: correlate.Trusts{
			CTL: correlate.Trust{State: "none"},
			ITL: correlate.Trust{State: "held", SHA1: ptr(oldITLHash), ServedSHA1: ptr(newITLHash), Same: ptr(false), List: held, Served: served},
		},
		Unseen: []string{"No TVS trace of cucm-a2: what it would have answered is not seen."},
	}
}

// openPhone cannot be judged: two status messages and a capture that began
// after the boot and shows one direction.
func openPhone(m *maker) correlate.Phone {
	base := m.n
	id := func(n int) string { return entryID(base + n) }
	timeline := []correlate.Entry{
		m.entry("2013-03-06T09:12:04.020113Z", frame(inCapture2, 350), "registration", "callmanager", "tls_connection", "info", "TLS to 10.1.1.12:5061: incomplete", "", detail{"client": "10.9.9.31:50112", "server": "10.1.1.12:5061", "service": "sip-tls", "outcome": "incomplete", "stream": 11, "frames": detail{"client_data": 350}}),
		m.entry("09:20", line(inStatus, 1), "itl", "phone", "trust_list_update_failed", "fail", "trust list update failed", "09:20 Trust List Update Failed", nil),
		m.entry("", line(inStatus, 3), "ctl", "phone", "file_not_found", "info", "CTLFile.tlv is not on the server", "File Not Found <CTLFile.tlv>", detail{"file": "CTLFile.tlv"}),
	}
	var gate []correlate.GateRow
	for _, r := range lockedGateNames {
		gate = append(gate, correlate.GateRow{Row: r[0], Condition: r[1], State: "unknown", Because: r[2], Evidence: []string{}})
	}
	gate[2].Because = "a status message says that an update failed, but not of which boot, nor why"
	gate[2].Evidence = []string{id(2)}
	collect := []correlate.Step{
		{Text: "Capture on the phone's side from power-up to registration.", Command: "utils network capture host ip 10.9.9.31 size ALL count 10000 file boot", Risk: "none"},
		{Text: "The phone's ITL and the hash that its menu shows.", Command: "tftp -i 10.1.1.11 get ITLSEPB000B4BA0AEE.tlv", Risk: "none"},
		{Text: "A detailed TVS trace of every server of the phone's group. The level counts only after a restart of TVS.", Command: "Cisco Unified Serviceability > Trace > Configuration > Cisco Trust Verification Service", Risk: "TVS is away for a few seconds"},
	}
	return correlate.Phone{
		Name: open, MAC: nil, Addresses: []string{"10.9.9.31"}, Model: nil, Firmware: nil,
		Verdict: correlate.Verdict{
			Class: correlate.ClassInconclusive, Primary: "evidence-insufficient",
			Headline: "Inconclusive: a trust list update failed once, and nothing in evidence shows which list, in which boot, or why.",
			Because: []correlate.Reason{
				{Text: "The status messages hold \"Trust List Update Failed\" without a date; such messages survive a reset, and they stand for a failed transfer as well.", Evidence: []string{id(2)}},
				{Text: "The capture begins after the boot and holds only packets from the phone.", Evidence: []string{id(1)}},
			},
			Deletion: "open", Advice: "Do not delete the ITL before these are answered: served-signer-untrusted, every-tvs-fails-by-certificate, refusal-seen, no-key-backup, no-reset-path, no-ctl-anchor, no-older-itl-on-server, no-other-trusted-tftp.",
			Confidence: "low", Registered: "unknown",
		},
		Findings: []correlate.Finding{
			{ID: "evidence-insufficient", Title: "The sources do not settle the question", Class: correlate.ClassInconclusive, Confidence: "medium", About: open, Summary: "Not settled: is the signer of the served ITL known to the phone; did the phone refuse the served files.", Evidence: []string{id(1), id(2)}, Remedy: []correlate.Step{}, CollectNext: collect},
			{ID: "capture-window-misses-boot", Title: "The capture starts after the lists were fetched", Class: correlate.ClassInconclusive, Confidence: "high", About: "case/phone2.pcap", Summary: "No CTL or ITL request of this phone, but later traffic.", Evidence: []string{id(1)}, Remedy: []correlate.Step{}, CollectNext: collect[:1]},
			{ID: "callmanager-tvs-both-regenerated", Title: "TFTP signer and TVS certificate changed together", Class: correlate.ClassLockedOut, Confidence: "low", About: "cucm-a1", Summary: "A candidate: another phone of the case is locked out by it.", Evidence: []string{id(2)}, Remedy: []correlate.Step{}, CollectNext: collect[1:2]},
		},
		RuledOut: []correlate.Ruled{{ID: "ctl-absent-nonsecure-normal", Because: "\"File Not Found\" for the CTL is what a non-secure cluster answers.", Evidence: []string{id(3)}}},
		Gate:     correlate.Gates{ITL: gate, CTL: ctlGateWithout(id(3))},
		States:   []correlate.State{},
		Timeline: timeline,
		Trust:    correlate.Trusts{CTL: correlate.Trust{State: "unknown"}, ITL: correlate.Trust{State: "unknown"}},
		Unseen: []string{
			"No console log of the phone: what it accepted or refused is not stated by the phone itself.",
			"The capture shows one direction: what the servers presented cannot be checked.",
		},
	}
}

var lockedGateNames = [][3]string{
	{"served-signer-untrusted", "The served ITL is signed by a key that the phone's CTL and ITL do not know", "neither the phone's ITL nor the served one is in evidence"},
	{"every-tvs-fails-by-certificate", "Every TVS the phone can use presents a certificate that its ITL does not hold", "no connection to port 2445 was captured"},
	{"refusal-seen", "The phone really refused the served files, in the boot in question", ""},
	{"no-key-backup", "No backup (DRS) of the old private keys exists", "nobody stated it for this phone (drs-backup)"},
	{"no-reset-path", "The servers own no key that the phone still trusts as SAST (utils itl reset)", "the phone's ITL is not in evidence, so its SAST records are not known"},
	{"no-ctl-anchor", "No CTL on the phone has a SAST anchor that still exists", "what CTL the phone holds is not known"},
	{"no-older-itl-on-server", "No older trusted ITL is kept on the server that TAC can bring back (CSCts01319)", "nobody stated it for this phone (previous-itl-on-server)"},
	{"no-other-trusted-tftp", "No other TFTP server offers files whose signer the phone trusts", "nobody stated it for this phone (other-tftp)"},
}
