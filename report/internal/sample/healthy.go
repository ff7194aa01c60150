package sample

import "trustline/correlate"

func heldITL() *correlate.List {
	ca := "CN=cucm-a1" + dn
	rec := func(n int, subject, serial, hash string, only bool, presented string, functions ...string) correlate.Record {
		return correlate.Record{Number: n, Functions: functions, Subject: subject, Issuer: subject, Serial: serial, SHA1: hash, HashOnly: only, Presented: presented}
	}
	return &correlate.List{
		File: "ITLSEP0011215A1AE3.tlv", From: []correlate.Place{whole(inITL), lines(inShow, 1, 121)}, Length: 5438, HeaderLength: 296,
		Signer: correlate.Signer{Name: ca, Issuer: ca, Serial: oldCCM}, Signature: "valid",
		Records: []correlate.Record{
			rec(1, ca, oldCCM, ccmHash, false, "", "SAST"),
			rec(2, ca, oldCCM, ccmHash, false, "", "TFTP"),
			rec(3, ca, oldTVS, oldTVSHash, true, "match", "TVS"),
			rec(4, "CN=CAPF-9c4cba7d;OU=TAC;O=Cisco Systems;L=RTP;ST=NC;C=US", capf, capfHash, false, "", "CAPF"),
			rec(5, "CN=cucm-a2"+dn, "17ab90c2d4e6f801", "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334", true, "absent", "TVS"),
		},
	}
}

func cert(subject, serial, sha1, from, to string) detail {
	return detail{"subject": subject, "issuer": subject, "serial": serial, "sha1": sha1, "not_before": from, "not_after": to}
}

func healthyPhone(m *maker) correlate.Phone {
	secd := func(at string, n int, stage, event, outcome, summary, text string, d detail) correlate.Entry {
		return m.entry("2013-03-05T"+at+"Z", line(inConsole, n), stage, "phone", event, outcome, summary, text, d)
	}
	trace := func(at string, n int, event, outcome, summary, text string) correlate.Entry {
		return m.entry("2013-03-05T"+at+"Z", line(inTVS, n), "tvs", "tvs", event, outcome, summary, text, nil)
	}
	timeline := []correlate.Entry{
		m.entry("2013-03-05T15:20:40.001204Z", frame(inCapture, 212), "ctl", "tftp", "transfer", "info", "TFTP CTLSEP0011215A1AE3.tlv from 10.1.1.11:69: error 1 File not found", "",
			detail{"file": "CTLSEP0011215A1AE3.tlv", "client": "10.9.9.9:49152", "server": "10.1.1.11:69", "outcome": "error", "bytes": 0, "last_frame": 213}),
		m.entry("2013-03-05T15:20:40.318870Z", frame(inCapture, 219), "itl", "tftp", "transfer", "ok", "TFTP ITLSEP0011215A1AE3.tlv from 10.1.1.11:69: 5438 bytes", "",
			detail{"file": "ITLSEP0011215A1AE3.tlv", "client": "10.9.9.9:49153", "server": "10.1.1.11:69", "outcome": "complete", "bytes": 5438, "last_frame": 241, "md5": oldITLMD5, "signer": oldCCM}),
		secd("15:20:40.733912", 1184, "itl", "signature_ok", "ok", "verified a file's signature, header length 296", "1184: NOT 15:20:40.733912 SECD: validate_file_envelope: File sign verify SUCCESS; header length <296>", detail{"header_length": "296"}),
		m.entry("2013-03-05T15:20:41.120044Z", frame(inCapture, 260), "config", "tftp", "transfer", "ok", "TFTP SEP0011215A1AE3.cnf.xml.sgn from 10.1.1.11:69: 9862 bytes", "",
			detail{"file": "SEP0011215A1AE3.cnf.xml.sgn", "client": "10.9.9.9:49154", "server": "10.1.1.11:69", "outcome": "complete", "bytes": 9862, "last_frame": 301, "signer": oldCCM}),
		secd("15:20:41.480991", 1191, "config", "config_verified", "ok", "verified its configuration SEP0011215A1AE3.cnf.xml", "1191: NOT 15:20:41.480991 SECD: verifyFile: verify SUCCESS </usr/ram/SEP0011215A1AE3.cnf.xml>", nil),
		secd("15:20:59.118020", 1205, "https", "https_connect_attempt", "info", "connects [10.1.1.11:8443]", "1205: NOT 15:20:59.118020 SECD: clpSetupSsl: Trying to connect to IPV4, IP: 10.1.1.11, Port : 8443", detail{"server": "10.1.1.11:8443"}),
		secd("15:20:59.530113", 1215, "https", "https_cert_not_in_trust_list", "info", "the HTTPS certificate is in neither list: TVS is next [10.1.1.11]", "1215: ERR 15:20:59.530113 SECD: EROR:https_cert_vfy: HTTPS cert not in CTL, <10.1.1.11>", detail{"server": "10.1.1.11"}),
		secd("15:20:59.533870", 1221, "tvs", "tvs_cache_miss", "info", "not in the cache of TVS answers", "1221: NOT 15:20:59.533870 SECD: lookupAuthCertTvsCacheEntry: No matching entry found at cache", nil),
		m.entry("2013-03-05T15:20:59.541210Z", frame(inCapture, 1602), "tvs", "tvs", "tls_connection", "ok", "TLS to 10.1.1.11:2445: established, certificate cucm-a1 serial "+oldTVS, "",
			detail{"client": "10.9.9.9:51210", "server": "10.1.1.11:2445", "service": "tvs", "outcome": "established", "stream": 14, "version": "TLS1.0", "cipher": "TLS_RSA_WITH_AES_256_CBC_SHA",
				"server_certificate": cert("CN=cucm-a1"+dn, oldTVS, oldTVSHash, "2011-06-14T13:02:19Z", "2016-06-13T13:02:18Z"),
				"frames":             detail{"syn": 1602, "syn_ack": 1603, "client_hello": 1605, "server_hello": 1607, "server_certificate": 1607, "client_finished_ccs": 1610, "server_finished_ccs": 1612, "client_data": 1615, "server_data": 1619, "end": 1622}}),
		trace("15:20:59.544000", 9, "tvs_phone_connection", "info", "accepted the phone's connection", "15:21:01.741 |   debug Got a new ph conn 10.9.9.9 on 10, Total Acc = 6.."),
		secd("15:20:59.702114", 1224, "tvs", "hash_match", "ok", "certificate hash matches the trust list", "1224: NOT 15:20:59.702114 SECD: verifyCertWithHashFromTL: cert hash and hash in TL MATCH", nil),
		secd("15:20:59.702873", 1225, "tvs", "tvs_cert_verified", "ok", "accepts the TVS server's certificate by its trust list", "1225: NOT 15:20:59.702873 SECD: tvs_cert_vfy: TVS cert verified with hash from TL, <10.1.1.11>", nil),
		secd("15:20:59.789738", 1228, "tvs", "tvs_cert_auth_sent", "info", "asks TVS: is this certificate trusted?", "1228: NOT 15:20:59.789738 SECD: sendTvsClientReqToSrvr: Authenticate Certificate : request sent to TVS server - waiting for response", nil),
		m.entry("2013-03-05T15:20:59.813000Z", lines(inTVS, 15, 58), "tvs", "tvs", "tvs_query", "ok", "TVS question \"is this certificate trusted\" (serial "+tomcat+"): found", "15:21:02.010 |   debug     MsgType               : TVS_MSG_CERT_VERIFICATION_REQ",
			detail{"type": "verify", "serial": tomcat, "result": "found"}),
		trace("15:20:59.814000", 61, "tvs_cert_verification_res", "info", "answers the question", "15:21:02.011 |   debug     MsgType               : TVS_MSG_CERT_VERIFICATION_RES"),
		secd("15:20:59.825648", 1241, "tvs", "tvs_cert_auth_response", "ok", "TVS answers with status 0", "1241: NOT 15:20:59.825648 SECD: processTvsSrvrResponse: Authentication Response received, status : 0", detail{"status": "0"}),
		secd("15:20:59.830220", 1243, "tvs", "tvs_cert_cached", "ok", "keeps the answer of TVS for 86400", "1243: NOT 15:20:59.830220 SECD: saveCertToTvsCache: Saving certificate to TVS cache with default time-to-live value: 86400 seconds", detail{"ttl": "86400"}),
		secd("15:20:59.832004", 1287, "https", "https_authenticated_via_tvs", "ok", "accepts the HTTPS connection on the word of TVS", "1287: ERR 15:20:59.832004 SECD: EROR:Authenticated the HTTPS conn via TVS", nil),
		secd("15:21:00.120054", 1302, "https", "http_success", "ok", "HTTP succeeded", "1302: ERR 15:21:00.120054 JVM: Startup Module Loader|cip.http.ae:? - listener.httpSucceed: https://10.1.1.11:8443/ccmcip/xmldirectoryinput.jsp?name=SEP0011215A1AE3", nil),
		m.entry("2013-03-05T15:22:30.004110Z", frame(inCapture, 3904), "registration", "callmanager", "registered", "ok", "SCCP registration acknowledged by 10.1.1.12", "", detail{"server": "10.1.1.12:2000", "from": "server"}),
		m.entry("", whole(inITL), "itl", "operator", "list", "info", "ITL file of 5438 bytes signed by serial "+oldCCM, "", detail{"sha1": oldITLHash, "md5": oldITLMD5, "length": 5438, "signer": oldCCM}),
		m.entry("", lines(inShow, 1, 121), "itl", "operator", "list", "info", "pasted show itl: 5 records", "The checksum value of the ITL file: b1f4d0b3a9f3f2d9a3c14d64fb5c1e07(MD5)", detail{"md5": oldITLMD5}),
		m.entry("", line(inFacts, 1), "itl", "operator", "fact", "info", "stated: itl-md5 = "+oldITLMD5, "", detail{"key": "itl-md5", "value": oldITLMD5}),
	}
	row := func(row, condition, state, because string, ev ...string) correlate.GateRow {
		return correlate.GateRow{Row: row, Condition: condition, State: state, Because: because, Evidence: append([]string{}, ev...)}
	}
	itl := heldITL()
	return correlate.Phone{
		Name: healthy, MAC: ptr("00:11:21:5a:1a:e3"), Addresses: []string{"10.9.9.9"}, Model: ptr("CP-7970G"), Firmware: ptr("SCCP70.9-3-1SR1-1S"),
		Verdict: correlate.Verdict{
			Class: correlate.ClassOK, Primary: "itl-ok-do-not-delete",
			Headline: "The phone holds the ITL that the server serves, and the TVS certificate on the wire is in it: deleting the ITL would change nothing.",
			Because: []correlate.Reason{
				{Text: "The MD5 of the phone's ITL (" + oldITLMD5 + ") equals that of the file served by 10.1.1.11.", Evidence: []string{"e2", "e21", "e23"}},
				{Text: "The TVS certificate on the wire (serial " + oldTVS + ") is record 3 of that ITL, and its SHA-1 equals the record's hash.", Evidence: []string{"e9", "e11", "e12"}},
				{Text: "TVS answered with status 0, and the phone accepted the HTTPS server on its word.", Evidence: []string{"e14", "e16", "e18"}},
			},
			Deletion: "forbidden", Advice: "Do not delete the ITL: the served ITL is signed by a key that the phone's ITL holds.",
			Confidence: "high", Registered: "yes",
		},
		Findings: []correlate.Finding{
			{ID: "itl-ok-do-not-delete", Title: "The phone's ITL is good; deletion would not help", Class: correlate.ClassOK, Confidence: "high", About: healthy, Summary: "The phone's ITL equals the served one and holds the certificate that TVS presents.", Evidence: []string{"e2", "e9", "e11", "e12", "e21", "e23"}, Remedy: []correlate.Step{
				{Text: "Do not delete the ITL. Continue with the next failing step of the flow: services, DNS, HTTP URL.", Command: "", Risk: "none"}}, CollectNext: []correlate.Step{{Text: "The phone's console log around the failure that was reported.", Command: "", Risk: "none"}}},
			{ID: "https-authenticated-via-tvs", Title: "Service certificate validated by TVS", Class: correlate.ClassOK, Confidence: "high", About: "10.1.1.11:8443", Summary: "The directory's certificate is in neither list; TVS vouched for it within 0.3 s.", Evidence: []string{"e7", "e14", "e16", "e18"}, Remedy: []correlate.Step{}, CollectNext: []correlate.Step{}},
			{ID: "clock-skew", Title: "The sources' clocks differ", Class: correlate.ClassNote, Confidence: "high", About: "clocks", Summary: "The TVS trace is 2.185 to 2.220 s ahead of the console log. Times in this report are corrected.", Evidence: []string{"e13", "e16"}, Remedy: []correlate.Step{{Text: "Check NTP on the servers, and the phone's date reference; the offset itself breaks nothing.", Command: "utils ntp status", Risk: "none"}}, CollectNext: []correlate.Step{}},
		},
		RuledOut: []correlate.Ruled{
			{ID: "https-service-unverified", Because: "\"HTTPS cert not in CTL\" was followed by an answer of TVS with status 0.", Evidence: []string{"e7", "e16"}},
			{ID: "tvs-port-blocked", Because: "A TLS session with 10.1.1.11:2445 was established.", Evidence: []string{"e9"}},
		},
		Gate: correlate.Gates{
			ITL: []correlate.GateRow{
				row("served-signer-untrusted", "The served ITL is signed by a key that the phone's CTL and ITL do not know", "refuted", "the served ITL is signed by serial "+oldCCM+", which is record 1 (SAST) of the phone's ITL", "e2", "e21"),
				row("every-tvs-fails-by-certificate", "Every TVS the phone can use presents a certificate that its ITL does not hold", "refuted", "10.1.1.11 presents serial "+oldTVS+", which is record 3", "e9"),
				row("refusal-seen", "The phone really refused the served files, in the boot in question", "refuted", "list and configuration were verified", "e3", "e5"),
				row("no-key-backup", "No backup (DRS) of the old private keys exists", "unknown", "nobody stated whether there is a DRS backup of the old keys (drs-backup)"),
				row("no-reset-path", "The servers own no key that the phone still trusts as SAST (utils itl reset)", "refuted", "record 1 of the phone's ITL is a key that the server still has", "e2"),
				row("no-ctl-anchor", "No CTL on the phone has a SAST anchor that still exists", "not-applicable", "the cluster is not in mixed mode and the phone holds no CTL", "e1"),
				row("no-older-itl-on-server", "No older trusted ITL is kept on the server that TAC can bring back (CSCts01319)", "unknown", "nobody stated it (previous-itl-on-server)"),
				row("no-other-trusted-tftp", "No other TFTP server offers files whose signer the phone trusts", "unknown", "nobody stated it (other-tftp)"),
			},
			CTL: ctlGateWithout("e1"),
		},
		States: []correlate.State{
			{Time: ptr("2013-03-05T15:20:40.733912Z"), TimeText: "15:20:40.733912", Before: "itl", After: "itl", Cause: "the served ITL was verified; it is the one already held", Evidence: []string{"e3"}},
		},
		Timeline: timeline,
		Trust: correlate.Trusts{
			CTL: correlate.Trust{State: "none"},
			ITL: correlate.Trust{State: "held", SHA1: ptr(oldITLHash), MD5: ptr(oldITLMD5), ServedSHA1: ptr(oldITLHash), Same: ptr(true), List: itl},
		},
		Unseen: []string{"case/SEP0011215A1AE3-console.log: lines 837 to 846 are missing by their sequence numbers"},
	}
}

// ctlGateWithout is the CTL gate of a phone that holds no CTL.
func ctlGateWithout(ev string) []correlate.GateRow {
	var out []correlate.GateRow
	for _, r := range [][2]string{
		{"served-ctl-signer-untrusted", "The served CTL is signed by no SAST of the phone's lists"},
		{"tvs-cannot-vouch", "No TVS can vouch for the signer"},
		{"refusal-seen", "The phone really refused the served CTL, in the boot in question"},
		{"no-anchor-left", "The servers own no key that the phone's CTL holds as SAST (utils ctl reset localkey)"},
		{"no-token-left", "No security token of the phone's CTL is left"},
	} {
		out = append(out, correlate.GateRow{Row: r[0], Condition: r[1], State: "not-applicable", Because: "the phone holds no CTL", Evidence: []string{ev}})
	}
	return out
}
