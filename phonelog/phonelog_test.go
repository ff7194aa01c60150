package phonelog

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"trustline/phonelog/catalogue"
)

// scan gives the events of a text, one a line: "line name key=value ...", with
// the keys asked for.
func scan(t *testing.T, text string, keys ...string) ([]string, []*catalogue.Event, *catalogue.Summary) {
	t.Helper()
	var out []string
	var events []*catalogue.Event
	sum, err := Scan(strings.NewReader(text), func(e *catalogue.Event) {
		l := fmt.Sprintf("%d %s", e.Line, e.Name)
		for _, k := range keys {
			if v, ok := e.Detail[k]; ok {
				l += " " + k + "=" + v
			}
		}
		out = append(out, l)
		events = append(events, e)
	})
	if err != nil {
		t.Fatal(err)
	}
	return out, events, sum
}

func same(t *testing.T, got []string, want string) {
	t.Helper()
	if w := strings.Split(strings.TrimSpace(want), "\n"); !slices.Equal(got, w) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(w, "\n"))
	}
}

// boot is the boot of Cisco TechNote 116232 as published, with the line breaks
// of its translations.
const boot = `837: NOT 09:13:17.561856 SECD: tlRequestFile: Request CTLSEP0011215A1AE3.tlv
846: NOT 09:13:17.670439 TFTP: [27]:Requesting CTLSEP0011215A1AE3.tlv from
14.48.44.80
847: NOT 09:13:17.685264 TFTP: [27]:Finished --> rcvd 4762 bytes
868: NOT 09:13:17.860613 TFTP: [28]:Requesting ITLSEP0011215A1AE3.tlv from 14.48.44.80
869: NOT 09:13:17.875059 TFTP: [28]:Finished --> rcvd 5438 bytes

877: NOT 09:13:17.925249 SECD: validate_file_envelope:
File sign verify SUCCESS; header length <296>
917: NOT 09:13:18.433411 tftpClient: tftp request rcv'd from /usr/tmp/tftp,
srcFile = SEP0011215A1AE3.cnf.xml, dstFile = /usr/ram/SEP0011215A1AE3.cnf.xml
max size = 550001
918: NOT 09:13:18.457949 tftpClient: auth server - tftpList[0] = ::ffff:
14.48.44.80
919: NOT 09:13:18.458937 tftpClient: look up server - 0
920: NOT 09:13:18.462479 SECD: lookupCTL: TFTP SRVR secure
921: NOT 09:13:18.466658 tftpClient: secVal = 0x9 922: NOT 09:13:18.467762
tftpClient: ::ffff:14.48.44.80 is a secure server
923: NOT 09:13:18.468614 tftpClient: retval = SRVR_SECURE
924: NOT 09:13:18.469485 tftpClient: Secure file requested
925: NOT 09:13:18.471217 tftpClient: authenticated file approved - add .sgn
-- SEP0011215A1AE3.cnf.xml.sgn
926: NOT 09:13:18.540562 TFTP: [10]:Requesting SEP0011215A1AE3.cnf.xml.sgn from with size limit of 550001
927: NOT 09:13:18.559326 TFTP: [10]:Finished --> rcvd 7652 bytes
937: NOT 09:13:18.656906 SECD: verifyFile: verify SUCCESS
</usr/ram/SEP0011215A1AE3.cnf.xml>
`

func TestBoot(t *testing.T) {
	got, events, sum := scan(t, boot, "file", "server", "transfer", "bytes", "limit", "header_length")
	same(t, got, `
1 file_request file=CTLSEP0011215A1AE3.tlv
2 file_request file=CTLSEP0011215A1AE3.tlv server=14.48.44.80 transfer=27
4 file_download_done file=CTLSEP0011215A1AE3.tlv server=14.48.44.80 transfer=27 bytes=4762
5 file_request file=ITLSEP0011215A1AE3.tlv server=14.48.44.80 transfer=28
6 file_download_done file=ITLSEP0011215A1AE3.tlv server=14.48.44.80 transfer=28 bytes=5438
8 signature_ok header_length=296
16 signed_file_requested
19 signed_file_requested
20 signed_file_requested
21 signed_file_requested file=SEP0011215A1AE3.cnf.xml.sgn
23 file_request file=SEP0011215A1AE3.cnf.xml.sgn transfer=10 limit=550001
24 file_download_done file=SEP0011215A1AE3.cnf.xml.sgn transfer=10 bytes=7652
25 config_verified file=/usr/ram/SEP0011215A1AE3.cnf.xml`)
	if sum.Unknown != 0 || sum.Dialect != DialectSECD || sum.Phone != "SEP0011215A1AE3" || sum.Lines != 26 || sum.Boots != 0 {
		t.Errorf("%+v", sum)
	}
	if len(sum.SeqGaps) != 5 || sum.SeqGaps[0] != (catalogue.Gap{FromSeq: 837, ToSeq: 846, Line: 2}) {
		t.Errorf("gaps %+v", sum.SeqGaps)
	}
	e := events[1]
	if e.EndLine != 3 || e.Seq != 846 || e.Process != "TFTP" || e.Level != "NOT" || e.Phone != "SEP0011215A1AE3" || e.Server != "14.48.44.80" ||
		e.Text != "846: NOT 09:13:17.670439 TFTP: [27]:Requesting CTLSEP0011215A1AE3.tlv from 14.48.44.80" {
		t.Errorf("%+v", e)
	}
	if c := e.Clock; c.Seconds != 9*3600+13*60+17 || c.Nanos != 670439000 || c.Step != 1e-6 || c.Dated || c.YearUnknown || c.Text != "09:13:17.670439" {
		t.Errorf("%+v", c)
	}
}

// The directory request of Cisco TechNote 116232.
func TestDirectory(t *testing.T) {
	got, _, sum := scan(t, `1184: NOT 15:20:55.219275 JVM: Startup Module Loader|cip.dir.TandunDirectories:? - Directory url https://14.48.44.80:8443/ccmcip/xmldirectory.jsp
1205: NOT 15:20:59.404971 SECD: clpSetupSsl: Trying to connect to IPV4, IP: 14.48.44.80, Port : 8443
1206: NOT 15:20:59.406896 SECD: clpSetupSsl: TCP connect() waiting, <14.48.44.80> c:8 s:9 port: 8443
1207: NOT 15:20:59.408136 SECD: clpSetupSsl: TCP connected, <14.48.44.80> c:8 s:9
1208: NOT 15:20:59.409393 SECD: clpSetupSsl: start SSL/TLS handshake, <14.48.44.80> c:8 s:9
1209: NOT 15:20:59.423386 SECD: srvr_cert_vfy: Server Certificate Validation needs to be done
1213: NOT 15:20:59.429176 SECD: findByCertAndRoleInTL: Searching TL from CTL file
1214: NOT 15:20:59.430315 SECD: findByCertAndRoleInTL: Searching TL from ITL file
1215: ERR 15:20:59.431314 SECD: EROR:https_cert_vfy: HTTPS cert not in CTL, <14.48.44.80>
1220: NOT 15:20:59.444517 SECD: processTvsClntReq: TVS Certificate Authentication request
1221: NOT 15:20:59.445507 SECD: lookupAuthCertTvsCacheEntry: No matching entry found at cache
1222: NOT 15:20:59.446518 SECD: processTvsClntReq: No server sock exists, must be created
1223: NOT 15:20:59.451378 SECD: secReq_initClient: clnt sock fd 11 bound to </tmp/secClnt_secd>
1224: NOT 15:20:59.457643 SECD: getTvsServerInfo: Phone in IPv4 only mode
1225: NOT 15:20:59.458706 SECD: getTvsServerInfo: Retreiving IPv4 address
1230: NOT 15:20:59.472628 SECD: connectToTvsServer: Successfully started
a TLS connection establishment to the TVS server: IP:14.48.44.80, port:2445
(default); Waiting for it to get connected.
1231: NOT 15:20:59.472700 SECD: clpSetupSsl: Trying to connect to IPV4, IP: 14.48.44.80, Port : 2445
1244: NOT 15:20:59.529938 SECD: srvr_cert_vfy: Server Certificate Validation needs to be done
1245: NOT 15:20:59.533412 SECD: findByIssuerAndSerialAndRoleInTL: Searching TL from CTL file
1246: NOT 15:20:59.534936 SECD: findByIssuerAndSerialAndRoleInTL: Searching TL from ITL file
1247: NOT 15:20:59.537359 SECD: verifyCertWithHashFromTL: cert hash and hash in TL MATCH
1248: NOT 15:20:59.538726 SECD: tvs_cert_vfy: TVS cert verified with hash from TL, <14.48.44.80>
1264: NOT 15:20:59.789738 SECD: sendTvsClientReqToSrvr: Authenticate Certificate : request sent to TVS server - waiting for response
1273: NOT 15:20:59.825648 SECD: processTvsSrvrResponse: Authentication Response received, status : 0
1279: NOT 15:20:59.837086 SECD: saveCertToTvsCache: Saving certificate in TVS cache with default time-to-live value: 86400 seconds
1287: ERR 15:20:59.859993 SECD: Authenticated the HTTPS conn via TVS
1302: ERR 15:21:01.959700 JVM: Startup Module Loader|cip.http.ae:?
- listener.httpSucceed: https://14.48.44.80:8443/ccmcip/
xmldirectoryinput.jsp?name=SEP0011215A1AE3
`, "url", "server", "port", "list", "method", "status", "ttl")
	same(t, got, `
1 https_request_start url=https://14.48.44.80:8443/ccmcip/xmldirectory.jsp
2 tcp_connect_attempt server=14.48.44.80 port=8443
4 tcp_connected server=14.48.44.80
5 tls_handshake_start server=14.48.44.80
6 server_cert_check
7 trust_list_search list=CTL method=certificate and role
8 trust_list_search list=ITL method=certificate and role
9 https_cert_not_in_trust_list server=14.48.44.80
10 tvs_cert_auth_request
11 tvs_cache_miss
16 tvs_connect_attempt server=14.48.44.80 port=2445
20 server_cert_check
21 trust_list_search list=CTL method=issuer, serial and role
22 trust_list_search list=ITL method=issuer, serial and role
23 hash_match
24 tvs_cert_verified server=14.48.44.80
25 tvs_cert_auth_sent
26 tvs_cert_auth_response status=0
27 tvs_cert_cached ttl=86400
28 https_authenticated_via_tvs
29 http_ok url=https://14.48.44.80:8443/ccmcip/xmldirectoryinput.jsp?name=SEP0011215A1AE3`)
	if sum.Unknown != 0 {
		t.Errorf("%+v", sum.Samples)
	}
}

// Refusals and alerts: Cisco Support Community thread 3108501, DOC-18834, Cisco
// TechNotes 200860 and 118893.
func TestRefusals(t *testing.T) {
	got, events, sum := scan(t, `1001: ERR 10:00:00.000001 SECD: EROR:verifyFile: sgn verify file failed </usr/ram/SEP0011215A1AE3.cnf.xml>, errclass 8, errcode 19 (signer not in CTL)
1002: ERR 10:00:00.000002 SECD: verifyFile: verify FAILED, </usr/ram/SEP0011215A1AE3.cnf.xml>
1003: ERR 10:00:01.000003 SECD: verifyFile: verify FAILED, </usr/ram/SEP0011215A1AE4.cnf.xml>
ERR 10:00:02.534321 SECD: EROR:clpSndStatus: ** SEC-ERR: code:5(SSL_ALERT) subcode:45(EXPIRED_CERT)

ERR 10:00:02.534514 SECD: EROR:clpSndStatus: ** SEC-ERR: desc <certificate expired>
3469 NOT 10:00:31.935298 SECD: -PXY_CERT_CIPHER: [SCCP], [TLSv1], cert [LSC], cipher [AES256-SHA:AES128-SHA]
3486 ERR 10:00:31.938954 SECD: -STATE_SSL3_ALERT: SSL3 alert [read]:[fatal]:[unknown CA
4878 WRN 10:00:34.756063 SECD: -PXY_NO_LSC: No LSC for [SCCP], tries MIC.
8074: NOT 10:00:35.335499 SECD: setupSocketToTvsProxy: Connected to TVS proxy server 8075: NOT 10:00:35.336918 SECD: tvsReqFlushTvsCertCache: Sent Request to TVS proxy, len: 3708
8092: NOT 10:00:35.605720 SECD: tvsFlushCertCache: Completed TVS Certificate cache flush request
`, "file", "errclass", "errcode", "reason", "code", "name", "description", "type", "version", "cipher", "app", "level", "bytes")
	same(t, got, `
1 signature_failed file=/usr/ram/SEP0011215A1AE3.cnf.xml errclass=8 errcode=19 reason=signer not in CTL
2 config_refused file=/usr/ram/SEP0011215A1AE3.cnf.xml errclass=8 errcode=19 reason=signer not in CTL
3 config_refused file=/usr/ram/SEP0011215A1AE4.cnf.xml
4 tls_alert code=45 name=EXPIRED_CERT description=certificate expired
7 tls_client_cert type=LSC version=TLSv1 cipher=AES256-SHA:AES128-SHA app=SCCP
8 tls_alert_received description=unknown CA level=fatal
9 no_lsc_fallback_mic app=SCCP
10 tvs_cache_flush_request bytes=3708
11 tvs_cache_flushed`)
	if events[3].EndLine != 6 || sum.Unknown != 0 || sum.Phone != "" {
		t.Errorf("alert to line %d, phone %q, %+v", events[3].EndLine, sum.Phone, sum.Samples)
	}
}

// All forms in which the Linux phones write the process before a message.
func TestLinuxHeads(t *testing.T) {
	got, events, sum := scan(t, `3315 NOT Nov 29 06:33:59.908586 SECUREAPP-Sec SSL Connection - Handshake successful.
3316 NOT Nov 29 06:33:59.908587 (346:1810) SECUREAPP-Sec SSL Connection - Handshake successful.
3317 NOT Nov  9 06:33:59.908588 (349-349) PAE: -rcvd EAP-Failure
3318 NOT Nov 29  06:33:59.908589 SECUREAPP[560]: Sec SSL Connection - Handshake failed.
3319 WRN Nov 29 06:33:59.908590 JAVA-configmgr MQThread|cip.cfg.Config:  - ConfigManager updateCTL() rc=8 retryCount=0, failReason:Success
0990 NOT Nov 29 06:33:59.908591 downd-DDGETTFTP.RESULT [_2_  FILE NOT FOUND
	]
0991 ERR Nov 29 06:33:59.908592 dgetfile(851)-XXTP complete - status = 9
0992 NOT Nov 29 06:33:59.908593 GHTTP-http get [HTTP/1.1 503 Service Unavailable]
0993 NOT Nov 29 06:33:59.908594 GHTTP-hdr->HTTP/1.1 200 OK
0994 NOT Nov 29 06:33:59.908595 TFTPD-Requesting SEP2834A2823B58.cnf.xml.sgn from 192.0.2.12
0995 NOT Nov 29 06:33:59.908596 TFTPD-Error: (1+1)File not found
0996 INF Nov 29 06:33:59.908597 dnsmasq[560]: nobody knows this
`, "status", "rc", "reason", "file", "server")
	same(t, got, `
1 tls_handshake_ok
2 tls_handshake_ok
3 dot1x_failed
4 tls_handshake_failed
5 ctl_update_result rc=8 reason=Success
6 file_not_found status=2
8 file_download_failed status=9
9 http_503
10 http_ok
11 tftp_rrq file=SEP2834A2823B58.cnf.xml.sgn server=192.0.2.12
12 file_not_found`)
	if events[3].Process != "SECUREAPP" || !events[0].Clock.YearUnknown || events[0].Clock.Seconds != (334-2)*86400+6*3600+33*60+59 {
		t.Errorf("%+v %+v", events[3], events[0].Clock)
	}
	if sum.Unknown != 1 || sum.Samples[0].Line != 13 || sum.Boots != 2 {
		t.Errorf("%+v", sum)
	}
}

func TestStatusMessages(t *testing.T) {
	got, events, sum := scan(t, `16:01:16 Trust List Updated
9:01:16p Trust list updated
[10:12:23a 11/19/16] CTL and ITL installed
File Not Found : CTLSEP0011215A1AE3.tlv
File Not Found <ITLSEP0011215A1AE3.tlv>
invalid file SEPABCDEF123456.cnf.xml.sgn, authenticated fail. Reason:14.
SEP0011215A1AE3.cnf.xml.sgn(HTTP)
No valid CAPF server
Trust List Verification Failed
Duplicate IP
nobody knows this
*s Provisioning CUCM ITL State: "Installed"
*s Provisioning CUCM TVS Proxy 1 Server: "192.0.2.10"
`, "list", "file", "reason", "state", "server")
	same(t, got, `
1 trust_list_updated
2 trust_list_updated
3 trust_list_installed list=CTL,ITL
4 ctl_absent file=CTLSEP0011215A1AE3.tlv
5 file_not_found file=ITLSEP0011215A1AE3.tlv
6 config_refused file=SEPABCDEF123456.cnf.xml.sgn reason=14
7 file_loaded file=SEP0011215A1AE3.cnf.xml.sgn
8 no_valid_capf_server
9 trust_list_verification_failed
12 trust_list_state list=ITL state=Installed
13 tvs_configured server=192.0.2.10`)
	if sum.Unknown != 1 || sum.Dialect != DialectStatus {
		t.Errorf("%+v", sum)
	}
	for i, want := range []string{"16:01:16", "9:01:16p", "10:12:23a 11/19/16"} {
		if got := events[i].Clock.Text; got != want {
			t.Errorf("clock %q, want %q", got, want)
		}
	}
	if s := events[1].Clock.Seconds; s != 21*3600+76 {
		t.Errorf("9:01:16p is %d", s)
	}
	if events[3].Clock != nil {
		t.Error("a message without a time has one")
	}
}

// Midnight, a reboot, a joined capture.
func TestTimes(t *testing.T) {
	const msg = " SECD: lookupCTL: TFTP SRVR secure\n"
	_, events, sum := scan(t, "100: NOT 23:59:59.900000"+msg+"101: NOT 00:00:00.100000"+msg+
		"5: NOT 00:00:30.000000"+msg+"6: NOT 00:00:31.000000"+msg+"7: NOT 22:00:00.000000"+msg+"8: NOT 21:00:00.000000"+msg)
	want := []string{"86399/0", "86400/0", "86430/1", "86431/1", "165600/1", "162000/2"}
	for i, e := range events {
		if got := fmt.Sprintf("%d/%d", e.Clock.Seconds, e.Clock.Boot); got != want[i] {
			t.Errorf("event %d at %s, want %s", i, got, want[i])
		}
	}
	if sum.Boots != 2 || sum.From.Text != "23:59:59.900000" || sum.To.Text != "21:00:00.000000" {
		t.Errorf("%+v", sum)
	}
}

// A phone's name goes with its records, up to a restart.
func TestPhoneOfSession(t *testing.T) {
	_, events, sum := scan(t, `100: NOT 09:00:00.000000 SECD: tlRequestFile: Request CTLSEP0011215A1AE3.tlv
101: NOT 09:00:01.000000 SECD: lookupCTL: TFTP SRVR secure
3: NOT 09:10:01.000000 SECD: lookupCTL: TFTP SRVR secure
4: NOT 09:10:02.000000 SECD: tlRequestFile: Request CTLSEP001121000000.tlv
`)
	var got []string
	for _, e := range events {
		got = append(got, e.Phone)
	}
	if want := "SEP0011215A1AE3 SEP0011215A1AE3  SEP001121000000"; strings.Join(got, " ") != want || sum.Phone != "" {
		t.Errorf("%q, summary %q", got, sum.Phone)
	}
}

// The same log in every encoding and with every line end gives the same events.
func TestEncodings(t *testing.T) {
	want, _, _ := scan(t, boot, "file", "bytes")
	for name, text := range map[string]string{
		"CRLF":     strings.ReplaceAll(boot, "\n", "\r\n"),
		"UTF-8":    "\ufeff" + boot,
		"UTF-16LE": string(wide("\ufeff"+boot, false)),
		"UTF-16BE": string(wide("\ufeff"+boot, true)),
		"NULs":     strings.ReplaceAll(boot, "\n", "\x00\n"),
		"&colon;":  strings.ReplaceAll(strings.ReplaceAll(boot, "SECD: ", "SECD&colon; "), "Finished", "Finished"),
		"no-break": strings.ReplaceAll(boot, " NOT ", "\u00a0NOT "),
		"blanks":   strings.ReplaceAll(boot, "\n", "  \n"),
	} {
		if got, _, _ := scan(t, text, "file", "bytes"); !slices.Equal(got, want) {
			t.Errorf("%s: got\n%s", name, strings.Join(got, "\n"))
		}
	}
}

// Broken bytes stay in the text as U+FFFD and hide nothing.
func TestInvalidBytes(t *testing.T) {
	got, events, _ := scan(t, "100: NOT 09:00:00.000000 SECD: tlRequestFile: Request \xff\xfe.tlv\n101: NOT 09:00:00.100000 SECD: \xff\xff\n102: NOT 09:00:01.000000 SECD: lookupCTL: TFTP SRVR secure\n", "file")
	same(t, got, "1 file_request file=\uFFFD.tlv\n3 signed_file_requested")
	if strings.Contains(events[0].Text, "\xff") {
		t.Errorf("%q", events[0].Text)
	}
}

func TestSniff(t *testing.T) {
	for _, tt := range []struct {
		text, dialect string
		low, high     int
	}{
		{boot, DialectSECD, 60, 100},
		{"3315 NOT Nov 29 06:33:59.908586 SECUREAPP-x\n", DialectSecureApp, 100, 100},
		{"16:01:16 Trust List Updated\n", DialectStatus, 100, 100},
		{"Hello,\nhere is what my phone says:\n837: NOT 09:13:17.561856 SECD: x\nBye\n", DialectSECD, 1, 50},
		{"18:01:05.333 | debug Recd event\n", "", 0, 0},
		{"plain prose\n", "", 0, 0},
		{"admin:show cert own CallManager/CallManager.pem\n", "", 0, 0}, // read by tvstrace
		{"admin:run sql select subjectname from certificate\n", "", 0, 0},
		{"", "", 0, 0},
	} {
		d, score := Sniff([]byte(tt.text))
		if d != tt.dialect || score < tt.low || score > tt.high {
			t.Errorf("%.40q: %q %d", tt.text, d, score)
		}
	}
}

// Nothing is counted twice or lost: every line is matched, ignored or unknown.
func TestCounts(t *testing.T) {
	_, _, sum := scan(t, `# remark
prose before
837: NOT 09:13:17.561856 SECD: lookupCTL: TFTP SRVR secure
838: NOT 09:13:17.561856 SECD: nobody knows this 12
839: NOT 09:13:17.561857 SECD: nobody knows this 13
840: NOT 09:13:17.561858 tftpClient: secVal = 0x9

18:01:05.333 | debug Recd event
prose behind
`)
	if sum.Lines != 9 || sum.Matched != 1 || sum.Ignored != 4 || sum.Unknown != 4 {
		t.Errorf("%+v", sum)
	}
	if s := sum.Samples[0]; s.Count != 2 || s.Line != 4 || s.Text != "nobody knows this 12" {
		t.Errorf("%+v", s)
	}
}

func TestEntries(t *testing.T) {
	names := map[string]bool{}
	for _, e := range Entries() {
		if e.Event != "" && !e.Part {
			names[e.Event] = true
		}
		if e.Event != "" && e.Means == "" {
			t.Errorf("%s:%d: %s has no meaning", e.File, e.Line, e.Event)
		}
	}
	for _, n := range []string{"file_request", "https_authenticated_via_tvs", "trust_list_verified", "ctl_absent", "file_download_failed"} {
		if !names[n] {
			t.Errorf("%s is not in the list", n)
		}
	}
}

// FuzzPhonelog: any bytes give a summary whose counts cover the input, and
// events with a name of the closed list and lines inside it.
func FuzzPhonelog(f *testing.F) {
	f.Add([]byte(boot))
	f.Add([]byte("3315 NOT Nov 29 06:33:59.908586 (1:2) JAVA-a|b: - Certificate subject name = /CN=x\n{\n}"))
	f.Add([]byte("[9:01:16p 1/2/16] Trust list updated\n\xff\xfe // x 837: NOT 09:13:17.5 SECD: -x 1 ERR 1"))
	f.Add([]byte("\xff\xfe8\x003\x007\x00:\x00 \x00N\x00O\x00T\x00"))
	known := map[string]bool{}
	for _, e := range Entries() {
		known[e.Event] = !e.Part
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var sum *catalogue.Summary
		var events []*catalogue.Event
		sum, err := Scan(bytes.NewReader(text), func(e *catalogue.Event) { events = append(events, e) })
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if !known[e.Name] || e.Line < 1 || e.EndLine < e.Line || e.EndLine > sum.Lines || e.Detail == nil {
				t.Fatalf("%+v of %d lines", e, sum.Lines)
			}
		}
		if len(events) > 2*sum.Matched { // with the time that a record embeds
			t.Fatalf("%d events of %d matches", len(events), sum.Matched)
		}
		Sniff(text)
	})
}
