package phonelog

import (
	"strings"
	"testing"
)

// Every way in which a process stands before a message, for both generations;
// the message, the process, the sequence number and the level are the same.
func TestHeads(t *testing.T) {
	for _, tt := range []struct{ line, process, dialect string }{
		{"8074: NOT 23:00:22.335499 SECD: lookupCTL: TFTP SRVR secure", "SECD", DialectSECD},
		{"8074 NOT 23:00:22.335499  SECD: -lookupCTL: TFTP SRVR secure", "SECD", DialectSECD},
		{"8074 NOT 23:00:22.335499  CVM-lookupCTL: TFTP SRVR secure", "CVM", DialectSECD},
		{"8074: NOT 23:00:22.335499  SECD-lookupCTL: TFTP SRVR secure", "SECD", DialectSECD},
		{"8074 NOT 23:00:22.335499 JVM: Startup Module Loader|cip.sec:? - lookupCTL: TFTP SRVR secure", "JVM", DialectSECD},
		{"8074&colon; NOT 23&colon;00&colon;22.335499 SECD&colon; lookupCTL&colon; TFTP SRVR secure", "SECD", DialectSECD},
		{"8074&#58; NOT 23&#58;00&#58;22.335499 SECD&#58; lookupCTL: TFTP SRVR secure", "SECD", DialectSECD},
		{"8074&nbsp;NOT&nbsp;23:00:22.335499&nbsp;SECD: lookupCTL: TFTP&nbsp;SRVR secure", "SECD", DialectSECD},
		{"<p>8074: NOT 23:00:22.335499 SECD: lookupCTL: TFTP SRVR secure</p>", "SECD", DialectSECD},
		{"  8074: NOT 23:00:22.335499 SECD: lookupCTL: TFTP SRVR secure^M", "SECD", DialectSECD},
		{"8074: NOT 23:00:22.335499 SECD: [truncated]lookupCTL: TFTP SRVR secure", "SECD", DialectSECD},
		{"8074 NOT Mar 09 23:00:22.335499 SECUREAPP-lookupCTL: TFTP SRVR secure", "SECUREAPP", DialectSecureApp},
		{"8074 NOT Mar  9  23:00:22.335499 SECUREAPP-lookupCTL: TFTP SRVR secure", "SECUREAPP", DialectSecureApp},
		{"8074: NOT Mar 09 23:00:22.335499 SECUREAPP-lookupCTL: TFTP SRVR secure", "SECUREAPP", DialectSecureApp},
		{"8074 NOT Mar 09 23:00:22.335499 (346:1810) SECUREAPP-lookupCTL: TFTP SRVR secure", "SECUREAPP", DialectSecureApp},
		{"8074 NOT Mar 09 23:00:22.335499 (346-1810) SECUREAPP: -lookupCTL: TFTP SRVR secure", "SECUREAPP", DialectSecureApp},
		{"8074 NOT Mar 09 23:00:22.335499 SECUREAPP(870)-lookupCTL: TFTP SRVR secure", "SECUREAPP", DialectSecureApp},
		{"8074 NOT Mar 09 23:00:22.335499 dnsmasq[560]: lookupCTL: TFTP SRVR secure", "dnsmasq", DialectSecureApp},
		{"8074 NOT Mar 09 23:00:22.335499 SECUREAPP\u2013lookupCTL: TFTP SRVR secure", "SECUREAPP", DialectSecureApp},
		{"8074 NOT Mar 09 23:00:22.335499 JAVA-configmgr MQThread|cip.cfg.Config:  - lookupCTL: TFTP SRVR secure", "JAVA", DialectSecureApp},
		{"8074 NOT Mar 09 23:00:22.335499 (618:910) JAVA-HSMGR JNI| lookupCTL: TFTP SRVR secure", "JAVA", DialectSecureApp},
		{"08074 NOT Mar 09 23:00:22.335499 (618:910) JAVA-configmgr MQThread|cip.cfg.ConfigManager$MySecurityListener:? - lookupCTL: TFTP SRVR secure", "JAVA", DialectSecureApp},
	} {
		got, events, sum := scan(t, tt.line+"\n")
		if len(got) != 1 || events[0].Name != "signed_file_requested" || sum.Unknown > 0 {
			t.Errorf("%s: %q, unknown %+v", tt.line, got, sum.Samples)
			continue
		}
		if e := events[0]; e.Process != tt.process || e.Dialect != tt.dialect || e.Seq != 8074 || e.Level != "NOT" {
			t.Errorf("%s: process %q, dialect %q, number %d, level %q", tt.line, e.Process, e.Dialect, e.Seq, e.Level)
		}
	}
}

// What a terminal, a page or an author puts around a log is ignored, each for
// a reason that the catalogue states or because it is a remark.
func TestNoise(t *testing.T) {
	got, _, sum := scan(t, `login as: administrator
admin:show itl
DEBUG> sdump
`+"```"+`
// the phone asks for its CTL
## and again
##### 18:32:37.594 || the same with a time
<< o/p omitted >>
[...]
. . .
++ EAP-Failure
<pre>
837: NOT 09:13:17.561856 SECD: tlRequestFile: Request CTLSEP0011215A1AE3.tlv // remark 838: NOT 09:13:17.6 SECD: verifyFile: verify SUCCESS &lt;/usr/ram/SEP0011215A1AE3.cnf.xml&gt;
18:01:05.333 | debug a server's record
839: NOT 09:13:17.7 SECD: https_cert_vfy: HTTPS cert not in CTL, &lt;14.48.44.80&gt; ##### 18:32:37.594 || and on 840: NOT 09:13:17.8 SECD: lookupCTL: TFTP SRVR secure
</pre>
`, "file", "server")
	same(t, got, `
13 file_request file=CTLSEP0011215A1AE3.tlv
13 config_verified file=/usr/ram/SEP0011215A1AE3.cnf.xml
15 https_cert_not_in_trust_list server=14.48.44.80
15 signed_file_requested`)
	if sum.Unknown != 0 || sum.Ignored != 16 {
		t.Errorf("%d ignored, unknown %+v", sum.Ignored, sum.Samples)
	}
}

// Embedded times fix date and zone: those published, and their edges.
func TestClockEpoch(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		// Cisco TechNote 214535: the phone's clock, in UTC.
		{"4948 NOT Mar 09 18:32:40.721104 (618:910) JAVA-configmgr MQThread|cip.cfg.Config:  - [SipConfig] endDownloadCTL-time:1552156360720",
			"epoch=1552156360.720 from=endDownloadCTL-time clock=phone ahead=0.001104 fixes=year and zone date=2019-03-09"},
		// Cisco TechNote 215014: the same in seconds.
		{`8028 NOT Jul 11 20:37:19.386375 (29894:30061) JAVA-HSMGR JNI| to_request_context: context: <https://10.1.61.140:9444/headset/inventory|POST|INVENTORY|{ "time":  1562877438, "key": "headsetInventory" }|19|<>>`,
			"epoch=1562877438 from=time in the body of a request clock=phone ahead=1.386375 fixes=year and zone date=2019-07-11"},
		// Cisco TechNote 118699: the server's clock.
		{"8198 NOT 11:04:15.296173  CVM-[truncated] Received HTTP/1.1 200 OK^M X-Frame-Options: SAMEORIGIN^M Date: Tue, 30 Sep 2014 11:04:15 GMT^M Server:  ^M",
			"epoch=1412075055 from=Date of an HTTP answer clock=server ahead=0.296173 fixes=date and zone date=2014-09-30"},
		// Cisco TechNote 214535: a SIP message over several lines, sent and received.
		{"5850 DEB Mar 09 18:32:45.419807 (618:927) JAVA-sipio-sent---> REFER sip:192.168.7.200 SIP/2.0^M\n\tVia: SIP/2.0/TCP 192.168.7.104:51778^M\n\tDate: Sat, 09 Mar 2019 18:32:45 GMT^M\n\tCSeq: 1000 REFER^M",
			"epoch=1552156365 from=Date of a SIP message clock=phone ahead=0.419807 fixes=year and zone date=2019-03-09"},
		{"5919 DEB Mar 09 18:32:45.477430 (618:927) JAVA-sipio-recv<--- SIP/2.0 202 Accepted^M\n\tDate: Sat, 09 Mar 2019 18:32:46 GMT^M\n\tCSeq: 1000 REFER^M",
			"epoch=1552156366 from=Date of a SIP message clock=server ahead=-0.52257 fixes=year and zone date=2019-03-09"},
		// A phone in UTC+1 behind midnight, in UTC-8 before it, in UTC+13.
		{"1 NOT Jan 01 00:30:00.0 JAVA-[SipConfig] endDownloadCTL-time:1546299000000", "epoch=1546299000.000 from=endDownloadCTL-time clock=phone ahead=3600 fixes=year and zone date=2019-01-01"},
		{"1 NOT Dec 31 16:30:00.0 JAVA-[SipConfig] endDownloadCTL-time:1546302600000", "epoch=1546302600.000 from=endDownloadCTL-time clock=phone ahead=-28800 fixes=year and zone date=2018-12-31"},
		{"1 NOT Jan 01 13:00:00.0 JAVA-[SipConfig] endDownloadCTL-time:1546300800000", "epoch=1546300800.000 from=endDownloadCTL-time clock=phone ahead=46800 fixes=year and zone date=2019-01-01"},
		// The record's day and the epoch's exclude each other: nothing is fixed.
		{"1 NOT Jan 20 13:00:00.0 JAVA-[SipConfig] endDownloadCTL-time:1546300800000", "epoch=1546300800.000 from=endDownloadCTL-time clock=phone ahead=-39600"},
		// No date: a phone that never heard of NTP, a header that was cut.
		{"1 NOT Jan 01 00:00:10.0 JAVA-[SipConfig] endDownloadCTL-time:10000", ""},
		{"1 NOT 11:04:15.3  CVM-Received HTTP/1.1 200 OK^M Date: Tue, 30 Sep 2014 11:0", ""},
		{"1 NOT 11:04:15.3  CVM-Received HTTP/1.1 200 OK^M Birth-Date: Tue, 30 Sep 2014 11:04:15 GMT^M", ""},
		{"1 NOT Jan 01 00:00:10.0 JAVA-[SipConfig] endDownloadCTL-time:99999999999999999999", ""},
	} {
		_, events, _ := scan(t, tt.line+"\n")
		var got []string
		for _, e := range events {
			if e.Name == "clock_epoch" {
				for _, k := range []string{"epoch", "from", "clock", "ahead", "fixes", "date"} {
					if v, ok := e.Detail[k]; ok {
						got = append(got, k+"="+v)
					}
				}
			}
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%.60s\n got %s\nwant %s", tt.line, s, tt.want)
		}
	}
}
