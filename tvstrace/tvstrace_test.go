package tvstrace

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

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

// The two questions of Cisco TechNote 118893, as published: glued, and mixed
// with the phone's records and the author's remarks. The token is missing in
// one cache and found in the other.
func TestTokenlessCTL(t *testing.T) {
	got, events, sum := scan(t, `// In the TVS logs on CUCM we can see the request coming from an IP Phone 8075: NOT 23:00:22.336918 SECD: tvsReqFlushTvsCertCache: Sent Request to TVS proxy, len: 3708 // verified 23:00:22.052 | debug tvsHandleQueryCertReq 23:00:22.052 | debug tvsHandleQueryCertReq : Subject Name is: cn="SAST-ADN008580ef ";ou=IPCBU;o="Cisco Systems 23:00:22.052 | debug tvsHandleQueryCertReq : Issuer Name is: cn=Cisco Manufacturing CA;o=Cisco Systems 23:00:22.052 | debug tvsHandleQueryCertReq :subjectName and issuerName matches for eToken certificate 23:00:22.052 | debug tvsHandleQueryCertReq : SAST Issuer Name  is: cn=Cisco Manufacturing CA;o=Cisco Systems 23:00:22.052 | debug tvsHandleQueryCertReq : This is SAST eToken cert 23:00:22.052 | debug tvsHandleQueryCertReq : Serial Number is: 83E9080000005545AF31 23:00:22.052 | debug CertificateDBCache::getCertificateInformation - Looking up the certificate cache using Unique MAP ID : 83E9080000005545AF31cn=Cisco Manufacturing CA;o=Cisco Systems 23:00:22.052 | debug ERROR:CertificateDBCache::getCertificateInformation - Cannot find the certificate in the cache 23:00:22.052 | debug CertificateCTLCache::getCertificateInformation - Looking up the certificate cache using Unique MAP ID : 83E9080000005545AF31cn=Cisco Manufacturing CA;o=Cisco Systems, len : 61 23:00:22.052 | debug CertificateCTLCache::getCertificateInformation - Found entry {rolecount : 1} 23:00:22.052 | debug CertificateCTLCache::getCertificateInformation - {role : 0} 23:00:22.052 | debug convertX509ToDER -x509cert : 0xa3ea6f8 23:00:22.053 | debug tvsHandleQueryCertReq: Timer started from tvsHandleNewPhConnection // In the Phone Console Logs we can see reply
17:10:35.825 | debug CertificateCache::localCTLCacheMonitor - CTLFile.tlv has been modified . Recaching CTL Certificate Cache 17:10:35.826 | debug updateLocalCTLCache : Refreshing the local CTL certificate cache 17:10:35.827 | debug tvs_sql_get_all_CTL_certificate - Unique Key used for Caching :: 6B1D357B6841740B078FEE4A1813D5D6 CN= cucm-1051-a-pub ;OU=TAC;O=Cisco;L=Krakow; ST=Malopolska;C=PL, length : 93
17:21:51.832 |   debug tvsHandleQueryCertReq : Subject Name is: CN=cucm-1051-a-pub; OU=TAC;O=Cisco;L=Krakow;ST=Malopolska 17:21:51.832 |   debug tvsHandleQueryCertReq : Issuer Name is: CN=cucm-1051-a-pub; OU=TAC;O=Cisco;L=Krakow;ST=Malopolska; 17:21:51.832 |   debug tvsHandleQueryCertReq : Serial Number is: 6B1D357B6841740B078FEE4A1813D5D6 17:21:51.832 |   debug CertificateDBCache::getCertificateInformation - Looking up the certificate cache using Unique MAPco;L=Krakow;ST=Malopolska;C=PL 17:21:51.832 |   debug CertificateDBCache::getCertificateInformation - Found entry {rolecount : 2} 17:21:51.832 |   debug CertificateDBCache::getCertificateInformation - {role : 0} 17:21:51.832 |   debug CertificateDBCache::getCertificateInformation - {role : 2}
`, "cache", "serial", "roles", "result", "caches", "etoken")
	same(t, got, `
1 tvs_query_cert_req serial=83e9080000005545af31
1 etoken
1 tvs_cert_lookup cache=CertificateDBCache serial=83e9080000005545af31
1 tvs_cache_miss cache=CertificateDBCache
1 tvs_cert_found cache=CertificateCTLCache serial=83e9080000005545af31 roles=0
1 tvs_query serial=83e9080000005545af31 roles=0 result=found caches=CertificateDBCache,CertificateCTLCache etoken=yes
2 tvs_ctl_reloaded
2 tvs_ctl_cert_cached serial=6b1d357b6841740b078fee4a1813d5d6
3 tvs_query_cert_req serial=6b1d357b6841740b078fee4a1813d5d6
3 tvs_cert_found cache=CertificateDBCache roles=0,2
3 tvs_query serial=6b1d357b6841740b078fee4a1813d5d6 roles=0,2 result=found caches=CertificateDBCache`)
	if sum.Unknown != 0 || sum.Boots != 1 || sum.Dialect != DialectTVS {
		t.Errorf("%+v", sum)
	}
	if q := events[5]; q.Detail["subject"] != `cn="SAST-ADN008580ef ";ou=IPCBU;o="Cisco Systems` || q.Detail["issuer"] != "cn=Cisco Manufacturing CA;o=Cisco Systems" || q.Clock.Text != "23:00:22.052" {
		t.Errorf("%+v", q)
	}
}

const question = `18:01:05.333 |-->debug
18:01:05.333 |   debug 8:UNKNOWN:Got a new ph conn 192.168.11.100 on 12, Total Acc = 7..
18:01:05.333 |<--debug
18:01:05.855 |   debug 192.168.11.100: tvsSSLHandShake Session ciphers - AES256-SHA
18:01:05.855 |   debug TLS HS Done for ph_conn
18:01:06.345 |   debug 8:UNKNOWN:Incoming Phone Msg:
HEX_DUMP: Len = 153:
18:01:06.345 |-->debug
18:01:06.345 |   debug 57 01 03 00 00 00 03 e9
18:01:06.345 |<--debug
18:01:06.345 |   debug 00 8f 01 00 18 01 43 50
18:01:06.345 |   debug 2d 38 38 36 31 2d 53 45
18:01:06.345 |   debug 50 42 30 30 30 42 34 42
18:01:06.345 |   debug 41 30 41 45 45 03 00 42
Decoded Phone Msg:
18:01:06.345 |   debug     MsgType               : TVS_MSG_QUERY_CERT_REQ
18:01:06.345 |   debug tvsHandleQueryCertReq : Subject Name is: CN=a
18:01:06.345 |   debug tvsHandleQueryCertReq : Issuer Name is: CN=b
18:01:06.345 |   debug tvsHandleQueryCertReq : Serial Number is: 0A24
18:01:06.345 |   debug CertificateDBCache::getCertificateInformation - Looking up the certificate cache using Unique MAP ID : 0A24CN=b
18:01:06.345 |   debug ERROR:CertificateDBCache::getCertificateInformation - Cannot find the certificate in the cache
18:01:06.345 |   debug CertificateCTLCache::getCertificateInformation - Looking up the certificate cache using Unique MAP ID : 0A24CN=b
18:01:06.345 |   debug ERROR:CertificateCTLCache::getCertificateInformation - Cannot find the certificate in the cache
18:01:06.346 |   debug getCertificateInformation(cert) : certificate not found
18:01:06.346 |   debug 8:UNKNOWN:Sending QUERY_CERT_RES msg
18:01:06.346 |   debug     MsgType               : TVS_MSG_QUERY_CERT_RES
18:01:06.346 |   debug     Number of Certs       : 0
18:01:06.346 |   debug Sending TLS Msg ..
HEX_DUMP: Len = 14:
18:01:06.346 |   debug 57 01 04 00 00 00 03 e9
18:01:06.346 |   debug 00 04 07 00 01 01
18:01:06.350 |   debug ipAddrStr (Phone) 192.168.11.100
`

func TestNotFound(t *testing.T) {
	got, events, sum := scan(t, question, "conn", "result", "caches", "client", "request_bytes", "response_bytes", "certs", "hex", "response_hex", "msg_len", "cipher", "fd")
	same(t, got, `
2 tvs_phone_connection conn=8 fd=12
4 tvs_tls_handshake_ok cipher=AES256-SHA
16 tvs_query_cert_req conn=8 client=CP-8861-SEPB000B4BA0AEE
20 tvs_cert_lookup conn=8
21 tvs_cache_miss conn=8
22 tvs_cert_lookup conn=8
23 tvs_cache_miss conn=8
24 tvs_cert_not_found conn=8
26 tvs_query_cert_res conn=8 certs=0 msg_len=14
6 tvs_query conn=8 result=not-found caches=CertificateDBCache,CertificateCTLCache client=CP-8861-SEPB000B4BA0AEE request_bytes=153 response_bytes=14 certs=0 hex=57010300000003e9008f01001801`+
		`43502d383836312d534550423030304234424130414545030042 response_hex=57010400000003e9000407000101`)
	q := events[len(events)-1]
	if q.Line != 6 || q.EndLine != 31 || q.Phone != "SEPB000B4BA0AEE" || q.Address != "192.168.11.100" || sum.Phone != "SEPB000B4BA0AEE" || sum.Unknown != 0 {
		t.Errorf("%+v %+v", q, sum)
	}
}

// A phone that connects twice without a word in between never ended its first
// handshake; one that is heard again did.
func TestHandshakeMissing(t *testing.T) {
	got, events, _ := scan(t, `10:00:00.000 | debug 3:UNKNOWN:Got a new ph conn 10.0.0.1 on 15, Total Acc = 1
10:00:01.000 | debug 4:UNKNOWN:Got a new ph conn 10.0.0.2 on 16, Total Acc = 2
10:00:01.500 | debug 10.0.0.2: tvsSSLHandShake Session ciphers - AES256-SHA
10:00:01.500 | debug TLS HS Done for ph_conn
10:00:05.000 | debug 5:UNKNOWN:Got a new ph conn 10.0.0.1 on 17, Total Acc = 3
10:00:06.000 | debug 6:UNKNOWN:Got a new ph conn 10.0.0.2 on 18, Total Acc = 4
`, "conn")
	same(t, got, `
1 tvs_phone_connection conn=3
2 tvs_phone_connection conn=4
3 tvs_tls_handshake_ok
1 tvs_tls_handshake_missing
5 tvs_phone_connection conn=5
6 tvs_phone_connection conn=6`)
	if e := events[3]; e.Address != "10.0.0.1" || e.EndLine != 5 {
		t.Errorf("%+v", e)
	}
}

// The CAPF trace of Cisco Support Community document DOC-18834: the name of the
// phone stands before some messages only.
func TestCAPF(t *testing.T) {
	got, events, sum := scan(t, `10:03:06.983 | debug 3:UNKNOWN:Got a new ph conn 14.48.44.202 on 15

10:03:08.060 | debug TLS HS Done for ph_conn .
10:03:08.065 | debug MsgType : CAPF_MSG_AUTH_REQ
10:03:08.341 | debug MsgType : CAPF_MSG_REQ_IN_PROGRESS
10:03:08.341 | debug 3:SEP0011215A1AE3:CAPF CORE: Rcvd Event: CAPF_EV_REQUEST_IN_PROGRESS in State: CAPF_STATE_AWAIT_KEY_GEN_RES
10:03:21.148 | debug 3:SEP0011215A1AE3:Incoming Phone Msg:
10:03:21.158 | debug MsgType : CAPF_MSG_KEY_GEN_RES
10:03:21.162 | debug Generated the cert
10:03:21.724 | debug 3:SEP0011215A1AE3:Certificate upgrade successful
`, "conn")
	same(t, got, `
1 capf_phone_connection conn=3
3 capf_tls_handshake_ok
4 capf_auth_req conn=3
5 capf_request_in_progress conn=3
6 capf_state conn=3
8 capf_key_gen_res conn=3
9 capf_cert_generated conn=3
10 capf_cert_upgraded conn=3
1 capf_session conn=3`)
	last := events[len(events)-2]
	if last.Phone != "SEP0011215A1AE3" || last.Address != "14.48.44.202" || events[1].Address != "14.48.44.202" || events[6].Phone != "SEP0011215A1AE3" {
		t.Errorf("%+v", last)
	}
	if sum.Dialect != DialectCAPF || sum.Phone != "SEP0011215A1AE3" || sum.Unknown != 0 {
		t.Errorf("%+v", sum)
	}
}

// Older TFTP and call control traces of DOC-18834, and a full service of Cisco
// TechNote 222878.
func TestOtherTraces(t *testing.T) {
	got, events, sum := scan(t, `11:08:20.766 |TFTPEngine::isReadRequest[0x9950830~188~14.48.44.202~49530], [CTLSEP0011215A1AE3.tlv] opcode(1), Mode(octet), Serving Count(0)
11:08:20.779 |TID[a5a4fba0] TFTPEngine::processMessage[0x9950830~188~14.48.44.202~49530], Transferred[CTLFile.tlv] Socket[5]
### static file request and response ### 01975217.004 |19:33:58.685 |AppInfo | ServeFile::validateFileName File Requested ringlist.xml . 01975218.026 |19:33:58.686 |AppInfo | ServeStaticFile:: processFileRequest File Not Found - 404 - Failure 01975220.002 |19:33:58.686 |AppInfo | HTTPConnection::wait_FileResponse Requested file NOT FOUND or File Contents EMPTY ... Sending error response
00002299.000 |20:56:50.807 |AppInfo |TFTPEngine::isReadRequest[0xb384bde0 10.1.1.1~59499], [SEP0011215A1AE3.cnf.xml] opcode(1), Mode(octet), Serving Count(3000)*
00002301.000 |20:56:50.807 |AppInfo | TID[b44f0b70] TFTPServer::recvMessage0x8954318 sockets:8 Reached max count, returning 503
10:38:26.621 |SdlSSLTCPListener::verify_cb pre-verified=1,cert verification errno=0,depth=0
10:38:26.622 |SdlSSLTCPListener::verify_cb pre-verified=0,cert verification errno= 20 ,depth=1
10:38:26.626 |New connection accepted. DeviceName=, TCPPid = [1.100.13.7], IPAddr=14.48.44.202, Port=51948, Controller=[1,20,1]
10:38:29.051 |StationD: (0000048) ClusterSecurityMode = (1) DeviceSecurityMode = (3)
10:38:29.051 |StationD: (0000048) TLS Connection Cipher - INFO:deviceName=SEP0011215A1AE3, Cipher=AES128-SHA, Security Mode=3
`, "file", "actual", "peer", "serving_count", "openssl_error", "cluster", "device_mode", "cipher")
	same(t, got, `
1 tftp_rrq file=CTLSEP0011215A1AE3.tlv peer=14.48.44.202:49530 serving_count=0
2 file_served file=CTLSEP0011215A1AE3.tlv actual=CTLFile.tlv peer=14.48.44.202:49530
3 tftp_404 file=CTLSEP0011215A1AE3.tlv
4 tftp_rrq file=SEP0011215A1AE3.cnf.xml peer=10.1.1.1:59499 serving_count=3000
5 tftp_503_max
6 cert_verification openssl_error=0
7 cert_verification_failed openssl_error=20
8 connection_accepted peer=14.48.44.202:51948
9 security_modes cluster=1 device_mode=3
10 tls_cipher device_mode=3 cipher=AES128-SHA`)
	if events[0].Phone != "SEP0011215A1AE3" || events[0].Address != "14.48.44.202" || events[7].Address != "14.48.44.202" || sum.Unknown != 0 {
		t.Errorf("%+v %+v", events[0], sum)
	}
}

// An SDL trace with a date.
func TestDatedSDL(t *testing.T) {
	_, events, _ := scan(t, "00001821.000 |06/19/2019 16:34:01.765 |AppInfo  |[1, 600, 17, 5]: HandleSSLError - Certificate verification failed:(Verification error:18)- self signed certificate for 10.106.104.220:7501\n")
	if len(events) != 2 || events[1].Name != "cm_tls_failure" {
		t.Fatalf("%d events", len(events))
	}
	if c := events[0].Clock; !c.Dated || !c.Local || c.Seconds != 1560962041 || c.Nanos != 765e6 || c.Text != "06/19/2019 16:34:01.765" {
		t.Errorf("%+v", c)
	}
}

// Lines broken by a publication (the translations of Cisco TechNote 116232).
func TestWrapped(t *testing.T) {
	got, events, sum := scan(t, `15:21:02.011 | debug tvsGetIssuerNameFromX509 - issuerName : CN=CUCM8-
Publisher.bbburns.lab;OU=TAC;O=Cisco;L=RTP;ST=North Carolina;C=US and Length: 75
15:21:02.011 | debug CertificateDBCACHE::getCertificateInformation -
Certificate compare return =0
15:21:02.011 | debug CertificateDBCACHE::getCertificateInformation -
Certificate found and equal
15:21:02.012 | debug nobody knows
this
15:21:02.013 | debug     MsgType               : TVS_MSG_CERT_VERIFICATION_RES
`, "issuer", "cache", "compare", "outcome", "result", "type")
	same(t, got, `
1 tvs_issuer issuer=CN=CUCM8-Publisher.bbburns.lab;OU=TAC;O=Cisco;L=RTP;ST=North Carolina;C=US
3 tvs_cert_found cache=CertificateDBCache compare=0
9 tvs_cert_verification_res outcome=ok
1 tvs_query issuer=CN=CUCM8-Publisher.bbburns.lab;OU=TAC;O=Cisco;L=RTP;ST=North Carolina;C=US result=found type=verify`)
	if events[0].Text != "15:21:02.011 | debug tvsGetIssuerNameFromX509 - issuerName : CN=CUCM8-Publisher.bbburns.lab;OU=TAC;O=Cisco;L=RTP;ST=North Carolina;C=US and Length: 75" {
		t.Errorf("%q", events[0].Text)
	}
	if sum.Unknown != 1 || sum.Samples[0].Line != 7 {
		t.Errorf("%+v", sum)
	}
}

// A certificate of the same name that is not the same.
func TestDifferent(t *testing.T) {
	got, _, _ := scan(t, `15:21:02.011 | debug tvsGetSerialNumberFromX509 - serialNumber : 0A and Length: 1
15:21:02.011 | debug CertificateDBCache::getCertificateInformation - Certificate compare return =1
15:21:02.012 | debug     MsgType               : TVS_MSG_CERT_VERIFICATION_RES
`, "compare", "outcome", "result")
	same(t, got, `
1 tvs_serial
2 tvs_cert_different compare=1
3 tvs_cert_verification_res outcome=not-found
1 tvs_query result=not-found`)
}

func TestSplitKey(t *testing.T) {
	for _, tt := range []struct{ key, serial, issuer string }{
		{"62E09123B09A61D20E77BE5BF5A82CD4CN=cucmpub9;OU=TAC", "62e09123b09a61d20e77be5bf5a82cd4", "CN=cucmpub9;OU=TAC"},
		{"83E9080000005545AF31cn=Cisco Manufacturing CA", "83e9080000005545af31", "cn=Cisco Manufacturing CA"},
		{"6B1D357B CN= x", "6b1d357b", "CN= x"},
		{"0A1DC=lab", "0a1d", "C=lab"}, // 0A1 and DC= would be half a byte
		{"0ABDDC=lab", "0abd", "DC=lab"},
		{"0AC=US;O=x", "0a", "C=US;O=x"}, // C= and not AC=
		{"O=x", "", ""},
		{"", "", ""},
		{"zzCN=x", "", ""},
	} {
		s, i := splitKey(tt.key)
		if s != tt.serial || i != tt.issuer {
			t.Errorf("%q: %q %q", tt.key, s, i)
		}
	}
}

func TestTimes(t *testing.T) {
	_, events, sum := scan(t, `23:59:59.999 | debug getCertificateInformation(cert) : certificate not found
00:00:00.001 |<--debug
00:00:00.001 | debug getCertificateInformation(cert) : certificate not found
09:00:00.000 | debug getCertificateInformation(cert) : certificate not found
08:00:00.000 | debug getCertificateInformation(cert) : certificate not found
`)
	var got []string
	for _, e := range events {
		if e.Name == "tvs_cert_not_found" {
			got = append(got, fmt.Sprintf("%d/%d", e.Clock.Seconds, e.Clock.Boot))
		}
	}
	if s := strings.Join(got, " "); s != "86399/0 86400/0 118800/0 115200/1" {
		t.Errorf("%s", s)
	}
	if sum.Boots != 1 || sum.From.Text != "23:59:59.999" || sum.To.Text != "08:00:00.000" {
		t.Errorf("%+v", sum)
	}
}

func TestEncodings(t *testing.T) {
	want, _, _ := scan(t, question, "result", "hex", "client")
	var wide []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + question)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	for name, text := range map[string]string{
		"CRLF":          strings.ReplaceAll(question, "\n", "\r\n"),
		"UTF-16":        string(wide),
		"blanks lost":   strings.ReplaceAll(question, "|   debug", "| debug"),
		"blanks wide":   strings.ReplaceAll(question, "|   debug", "|\t\u00a0  debug"),
		"NULs":          strings.ReplaceAll(question, "\n", "\x00\n"),
		"raw bytes":     strings.ReplaceAll(question, "Decoded Phone Msg:\n", "18:01:06.345 | debug ReasonInfo : 0\xef\xbf\xff\xfe0\nDecoded Phone Msg:\n"),
		"phone between": strings.ReplaceAll(question, "Decoded Phone Msg:\n", "837: NOT 09:13:17.561856 SECD: x\n"),
	} {
		got, _, _ := scan(t, text, "result", "hex", "client")
		strip := func(s []string) (out []string) {
			for _, l := range s {
				_, l, _ = strings.Cut(l, " ") // line numbers differ
				out = append(out, l)
			}
			return out
		}
		if !slices.Equal(strip(got), strip(want)) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// A trace of many chunks gives what its pieces give, whatever the workers do.
func TestChunks(t *testing.T) {
	const times = 1500 // about 3 MB
	one, _, single := scan(t, question, "conn", "result", "hex")
	var b strings.Builder
	for range times {
		b.WriteString(question)
	}
	text := b.String()
	for range 2 {
		got, events, sum := scan(t, text, "conn", "result", "hex")
		if len(got) != times*len(one) || sum.Matched != times*single.Matched || sum.Ignored != times*single.Ignored || sum.Unknown != 0 {
			t.Fatalf("%d events, %+v", len(got), sum)
		}
		for i, e := range events {
			k, n := i/len(one), i%len(one)
			want := one[n]
			line, rest, _ := strings.Cut(want, " ")
			var base int
			fmt.Sscan(line, &base)
			if w := fmt.Sprintf("%d %s", base+k*single.Lines, rest); got[i] != w {
				t.Fatalf("event %d: %q, want %q (%+v)", i, got[i], w, e)
			}
		}
	}
}

type xs struct{ n int }

func (x *xs) Read(p []byte) (int, error) {
	if x.n <= 0 {
		return 0, io.EOF
	}
	k := copy(p, bytes.Repeat([]byte("| 1 "), min(len(p), x.n)/4+1))
	x.n -= k
	return k, nil
}

func TestLongLine(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n := 0
	sum, err := Scan(io.MultiReader(strings.NewReader(question), &xs{100 << 20}, strings.NewReader("\n"+question)), func(*catalogue.Event) { n++ })
	runtime.ReadMemStats(&after)
	if err != nil || n != 20 || len(sum.Problems) != 1 || !strings.Contains(sum.Problems[0].What, "longer than") {
		t.Errorf("%d events, %v, %+v", n, err, sum.Problems)
	}
	if grown := int64(after.Sys) - int64(before.Sys); grown > 96<<20 {
		t.Errorf("%d MB more memory", grown>>20)
	}
}

// A consumer that gives up leaves no worker behind.
func TestPanicInEmit(t *testing.T) {
	before := runtime.NumGoroutine()
	func() {
		defer func() { recover() }()
		Scan(strings.NewReader(strings.Repeat(question, 2000)), func(*catalogue.Event) { panic("enough") })
	}()
	if n := runtime.NumGoroutine(); n > before+1 {
		t.Errorf("%d goroutines, %d before", n, before)
	}
}
