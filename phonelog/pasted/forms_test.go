package pasted

import (
	"strings"
	"testing"

	"trustline/phonelog/catalogue"
)

// scan gives the events of a text.
func scan(t *testing.T, text string) ([]*catalogue.Event, *catalogue.Summary) {
	t.Helper()
	var out []*catalogue.Event
	sum, err := Scan(strings.NewReader(text), func(e *catalogue.Event) { out = append(out, e) })
	if err != nil {
		t.Fatal(err)
	}
	if got := sum.Matched + sum.Ignored + sum.Unknown; got != sum.Lines {
		t.Errorf("%q: %d lines, %d counted", text, sum.Lines, got)
	}
	return out, sum
}

const (
	itlMD5  = "b61910bb01d8d3a1c1b36526cc9f2ddc"         // Cisco TechNote 116232
	ctlMD5  = "98784f6f6bcd5019ea165b1d2bc1372e"         // Cisco TechNote 118892
	ctlSHA1 = "9c0aa839e5a84b18a43caf9f9ff23d8ebce90419" // the same
)

// Forms of one text each: the first line must be claimed by Line.
var forms = []struct{ name, text, want string }{
	{"BSD", "MD5 (ITLFile.tlv) = " + itlMD5, "file_hash dialect=shell file=ITLFile.tlv md5=" + itlMD5},
	{"openssl dgst", "SHA1(CTLFile.tlv)= " + ctlSHA1, "file_hash file=CTLFile.tlv sha1=" + ctlSHA1},
	{"PowerShell", "MD5             " + strings.ToUpper(itlMD5) + "       C:\\tmp\\ITLFile.tlv", "file_hash file=ITLFile.tlv md5=" + itlMD5},
	{"sha1sum", ctlSHA1 + " */tmp/CTLFile.tlv", "file_hash file=CTLFile.tlv sha1=" + ctlSHA1},
	{"certutil, Windows 7", "C:\\> certutil -hashfile ITLFile.tlv MD5\nMD5 hash of file ITLFile.tlv:\nb6 19 10 bb 01 d8 d3 a1 c1 b3 65 26 cc 9f 2d dc\nCertUtil: -hashfile command completed successfully.",
		"file_hash file=ITLFile.tlv md5=" + itlMD5},
	{"certutil, Windows 10", "MD5 hash of C:\\ITLFile.tlv:\n" + itlMD5, "file_hash file=ITLFile.tlv md5=" + itlMD5},
	{"two files", "$ md5sum ITLFile.tlv CTLFile.tlv\n" + itlMD5 + "  ITLFile.tlv", "file_hash file=ITLFile.tlv md5=" + itlMD5},
	{"md5 -q", "$ md5 -q ITLFile.tlv\n" + itlMD5, "file_hash file=ITLFile.tlv md5=" + itlMD5},

	{"Windows tftp", "C:\\Users\\me>tftp -i 14.48.44.80 get ITLFile.tlv\nTransfer successful: 5438 bytes in 1 second(s), 5438 bytes/s", "operator_tftp_get server=14.48.44.80 file=ITLFile.tlv bytes=5438 result=ok"},
	{"Windows tftp, grouped", "C:\\>tftp -i 14.48.44.80 get ITLFile.tlv\nTransfer successful: 5,438 bytes in 1 second, 5,438 bytes/s", "operator_tftp_get bytes=5438 result=ok"},
	{"Windows tftp refused", "C:\\>tftp -i 14.48.44.80 get CTLFile.tlv\nError on server : File not found", "operator_tftp_get file=CTLFile.tlv result=error message=\"File not found\" bytes=-"},
	{"Windows tftp silent", "PS C:\\> tftp -i 14.48.44.80 GET CTLFile.tlv\nTimeout occurred\nConnect request failed", "operator_tftp_get file=CTLFile.tlv result=timeout"},
	{"tftp refused", "$ tftp 14.48.44.80\ntftp> binary\ntftp> get CTLSEP0011215A1AE3.tlv\nError code 1: File not found\ntftp> quit", "operator_tftp_get file=CTLSEP0011215A1AE3.tlv result=error code=1 server=14.48.44.80"},
	{"tftp silent", "tftp> get ITLFile.tlv\nTransfer timed out.", "operator_tftp_get file=ITLFile.tlv result=timeout"},
	{"no answer pasted", "tftp> get ITLFile.tlv", "operator_tftp_get file=ITLFile.tlv result=-"},
	{"one line", "user@pc:~$ tftp 192.0.2.1 -c get ITLFile.tlv\nReceived 5438 bytes in 0.0 seconds [43504 bits/s]", "operator_tftp_get server=192.0.2.1 file=ITLFile.tlv bytes=5438"},
	{"answer alone", "Received 5438 bytes in 0.0 seconds", "operator_tftp_get bytes=5438 file=- result=ok"},
	{"curl refused", "$ curl -O http://14.48.44.80:6970/ITLFile.tlv\ncurl: (7) Failed to connect to 14.48.44.80 port 6970: Connection refused", "operator_tftp_get dialect=shell protocol=http server=14.48.44.80 file=ITLFile.tlv result=error code=7"},
	{"curl 404", "$ curl -v http://14.48.44.80:6970/CTLFile.tlv -o x\n*   Trying 14.48.44.80...\n> GET /CTLFile.tlv HTTP/1.1\n< HTTP/1.1 404 Not Found", "operator_tftp_get file=CTLFile.tlv result=error status=404"},
	{"curl", "$ curl -O http://14.48.44.80:6970/ITLFile.tlv\n  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n100  5438  100  5438    0     0   106k      0 --:--:-- --:--:-- --:--:--  106k",
		"operator_tftp_get protocol=http file=ITLFile.tlv bytes=5438 result=-"},
	{"wget", "$ wget http://14.48.44.80:6970/ITLFile.tlv\nHTTP request sent, awaiting response... 200 OK\nLength: 5438 (5.3K) [application/octet-stream]", "operator_tftp_get file=ITLFile.tlv result=ok status=200 bytes=5438"},

	{"dir", "08/31/2011  01:28 PM             4,712 CTLFile.tlv", "file_listing dialect=shell file=CTLFile.tlv bytes=4712 date=\"08/31/2011  01:28 PM\""},
	{"dir, German", "31.08.2011  13:28             4.712 CTLFile.tlv", "file_listing file=CTLFile.tlv bytes=4712"},
	{"ls with a year", "-rw-r--r--    1 root     root         5438 Jul 27  2011 ITLSEP0011215A1AE3.tlv", "file_listing file=ITLSEP0011215A1AE3.tlv bytes=5438 phone=SEP0011215A1AE3"},
	{"names only", "admin:file list tftp *.tlv\nCTLFile.tlv\ndir count = 0, file count = 1", "file_listing dialect=cucm-cli file=CTLFile.tlv bytes=-"},

	{"version", "Active Master Version: 11.5.1.12900-21", "cucm_version dialect=cucm-cli version=11.5.1.12900-21 partition=active"},
	{"version below", "admin:show version active\n\nActive Master Version:\n\t\t <8.5.1.10000-26>", "cucm_version version=8.5.1.10000-26"},
	{"service", "Cisco Tftp[STARTED]", "service_state service=\"Cisco Tftp\" state=STARTED reason=-"},
	{"service stopped", "Cisco Trust Verification Service[STOPPED]  Commanded Out of Service", "service_state service=\"Cisco Trust Verification Service\" state=STOPPED reason=\"Commanded Out of Service\""},
	{"node", "192.168.125.10 cucm15.example.lab cucm15 Publisher callmanager DBPub authenticated", "cluster_node address=192.168.125.10 host=cucm15.example.lab role=Publisher state=authenticated"},
	{"mode", "ClusterSecurityMode 0", "cluster_security_mode mode=0"},
	{"command", "admin: utils ctl set-cluster mixed-mode", "operator_command action=ctl command=\"set-cluster mixed-mode\""},
	{"regen", "admin:set cert regen CallManager", "operator_command action=certificate command=regen target=CallManager"},

	{"menu, blanks", "ITL File: b6 19 10 bb 01 d8 d3 a1 c1 b3 65 26 cc 9f 2d dc", "menu_hash dialect=phone-menu list=ITL md5=" + itlMD5},
	{"menu, colons", "CTL File MD5: 98:78:4F:6F:6B:CD:50:19:EA:16:5B:1D:2B:C1:37:2E", "menu_hash list=CTL md5=" + ctlMD5},
	{"menu, SHA1", "Trust List > CTL File (SHA-1) = " + ctlSHA1, "menu_hash list=CTL sha1=" + ctlSHA1},
	{"menu, signature", "itl signature " + itlMD5, "menu_hash list=ITL md5=" + itlMD5},
	{"menu, below its path", "Settings > Security Configuration > Trust List > ITL File\nMD5: " + strings.ToUpper(itlMD5), "menu_hash list=ITL md5=" + itlMD5},

	{"tshark", "    1   0.000000 192.0.2.9 → 192.0.2.1 TCP 74 52344 → 2445 [SYN] Seq=0 Win=29200 Len=0 MSS=1460", "packet_row no=1 time=0.000000 src=192.0.2.9 dst=192.0.2.1 protocol=TCP length=74 op=syn src_port=52344 dst_port=2445 server=192.0.2.1:2445 address=192.0.2.9"},
	{"export", "      7 3.004100       192.0.2.9             192.0.2.1             TCP      74     [TCP Retransmission] 52344 > 2445 [SYN] Seq=0 Win=29200", "packet_row op=syn retransmission=true dst_port=2445"},
	{"CSV", `"7","3.004100","192.0.2.1","192.0.2.9","TCP","54","2445 > 52344 [RST, ACK] Seq=1 Ack=1 Win=0"`, "packet_row no=7 op=rst src_port=2445 length=54"},
	{"no length", "12 0.100000 192.0.2.9 192.0.2.1 TCP 52344 > 2445 [SYN] Seq=0", "packet_row op=syn length=- src_port=52344"},
	{"no number", "0.100000 192.0.2.9 192.0.2.1 TFTP Read Request, File: ITLFile.tlv, Transfer type: octet, blksize=1428", "packet_row op=read_request file=ITLFile.tlv options=blksize=1428"},
	{"alert", "90 1.5 192.0.2.9 192.0.2.1 TLSv1.2 73 Alert (Level: Fatal, Description: Unknown CA)", "packet_row op=alert level=Fatal description=\"Unknown CA\""},
	{"hello", "88 1.4 192.0.2.1 192.0.2.9 TLSv1 1200 Server Hello, Certificate, Server Hello Done", "packet_row op=server_hello certificate=true server=192.0.2.1"},
	{"IPv6", "88 1.4 2001:db8::9 2001:db8::1 TLSv1 200 Client Hello", "packet_row op=client_hello address=2001:db8::9"},
	{"HTTP", "5 0.2 192.0.2.9 192.0.2.1 HTTP 200 GET /ITLSEP0011215A1AE3.tlv HTTP/1.1", "packet_row op=get file=ITLSEP0011215A1AE3.tlv phone=SEP0011215A1AE3"},
	{"ICMP", "5 0.2 192.0.2.1 192.0.2.9 ICMP 70 Destination unreachable (Port unreachable)", "packet_row op=unreachable"},
	{"date", "5 2012-04-03 10:11:12.500000 192.0.2.9 192.0.2.1 TFTP 60 Acknowledgement, Block: 1", "packet_row op=ack time=\"2012-04-03 10:11:12.500000\" clock=1333447872.500000000"},
	{"time of day", "5 10:11:12.250000 192.0.2.9 192.0.2.1 TFTP 60 Acknowledgement, Block: 1", "packet_row op=ack clock=36672.250000000"},
	{"tcpdump", `16:08:43.199710 IP 192.0.2.9.49530 > 192.0.2.1.2445: Flags [S], seq 1, win 14600, length 0`, "packet_row op=syn src=192.0.2.9 dst=192.0.2.1 dst_port=2445 protocol=TCP"},
	{"tcpdump 3", `19:04:13.410944 IP CUCMA.42387 > 10.106.95.200.sip-tls: P 790302485:790303631(1146) ack 3661485150 win 182 <nop,nop,timestamp 2864697196 5629758>`, "packet_row src=CUCMA src_port=42387 dst_port=sip-tls protocol=TCP"},
	{"tcpdump TFTP", `16:08:43.199710 IP 192.0.2.9.49530 > 192.0.2.1.tftp:  37 RRQ "CTLSEP0011215A1AE3.tlv" octet`, "packet_row op=read_request file=CTLSEP0011215A1AE3.tlv protocol=TFTP"},

	{"xstatus", "*s Provisioning CUCM ITL State: Installed", "phone_state dialect=xstatus item=\"ITL State\" value=Installed list=ITL"},
	{"xstatus TVS", "*s Provisioning CUCM TVS Proxy 1 Server: \"xx.xx.97.131\"", "phone_state item=\"TVS Proxy 1 Server\" value=xx.xx.97.131"},
	{"Expressway", `2015-05-07T07:34:01-04:00 XXXXXXXXXXXXXXXX tvcs: UTCTime="2015-05-07 11:34:01,081" Module="network.tcp" Level="DEBUG": Src-ip="10.50.47.16" Src-port="45215" Dst-ip="10.50.47.51" Dst-port="5061" Detail="TCP Connection Closed" Reason="no certificate returned"`,
		"expressway_connection dialect=expressway state=\"Connection Closed\" reason=\"no certificate returned\" address=10.50.47.16 server=10.50.47.51:5061 clock=1430998441.081000000"},
	{"Expressway TLS", `Event="Outbound TLS Negotiation Error" Service="SIP" Src-ip="10.48.80.161" Src-port="25697" Dst-ip="10.48.36.171" Dst-port="7001" Detail= "Peer's TLS certificate identity was unacceptable" Protocol="TLS" Common-name="10.48.36.17 1"`,
		"tls_negotiation_error direction=Outbound reason=\"Peer's TLS certificate identity was unacceptable\" server=10.48.36.171:7001"},

	{"telnet", "$ telnet 14.48.44.80 2445\nTrying 14.48.44.80...\ntelnet: Unable to connect to remote host: Connection refused", "operator_port_check server=14.48.44.80:2445 result=refused message=\"Connection refused\""},
	{"telnet ok", "$ telnet 14.48.44.80 2445\nTrying 14.48.44.80...\nConnected to 14.48.44.80.\nEscape character is '^]'.", "operator_port_check server=14.48.44.80:2445 result=ok"},
	{"Windows telnet", "Connecting To 14.48.44.80...Could not open connection to the host, on port 2445: Connect failed", "operator_port_check server=14.48.44.80:2445 result=refused"},
	{"s_client", "$ openssl s_client -connect 14.48.44.80:2445\nCONNECTED(00000003)\ndepth=0 CN = CUCM8-Publisher.bbbburns.lab\nverify error:num=18:self signed certificate\nverify return:1\n---\nCertificate chain\n 0 s:CN = CUCM8-Publisher.bbbburns.lab\n   i:CN = CUCM8-Publisher.bbbburns.lab\n---\nServer certificate\n-----BEGIN CERTIFICATE-----\nMIIDgjCCAmqgAwIBAgIILj4ae9qmTYQwDQYJKoZIhvcNAQEFBQAw\n-----END CERTIFICATE-----\nsubject=CN = CUCM8-Publisher.bbbburns.lab\nissuer=CN = CUCM8-Publisher.bbbburns.lab\nVerify return code: 18 (self signed certificate)",
		"operator_tls_check server=14.48.44.80:2445 connected=true verify_error=18 verify_code=18 subject=\"CN = CUCM8-Publisher.bbbburns.lab\""},
}

func TestForms(t *testing.T) {
	for _, f := range forms {
		t.Run(f.name, func(t *testing.T) {
			events, sum := scan(t, f.text)
			if len(events) != 1 {
				t.Fatalf("%d events of %q: %v", len(events), f.text, events)
			}
			compare(t, events[0], f.want)
			if sum.Unknown != 0 {
				t.Errorf("unknown: %v", sum.Samples)
			}
			first, _, _ := strings.Cut(f.text, "\n")
			if !Line([]byte(first)) {
				t.Errorf("%q is not claimed", first)
			}
			if d, score := Sniff([]byte(first)); d == "" || score != 100 {
				t.Errorf("sniffed %q %d", d, score)
			}
		})
	}
}

// The same in forms that mean the same: blanks are lost, added and replaced on
// the way into a ticket.
func TestFormsPerturbed(t *testing.T) {
	for _, f := range forms {
		for how, change := range map[string]func(string) string{
			"blanks doubled":  func(s string) string { return strings.ReplaceAll(s, " ", "  ") },
			"no-break spaces": func(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") },
			"tabs":            func(s string) string { return strings.ReplaceAll(s, " ", "\t") },
			"indented":        func(s string) string { return "    " + strings.ReplaceAll(s, "\n", "\n    ") },
			"CR LF":           func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") + "\r\n" },
			"empty lines":     func(s string) string { return strings.ReplaceAll(s, "\n", "\n\n") },
		} {
			text := change(f.text)
			events, _ := scan(t, text)
			name, _, _ := strings.Cut(f.want, " ")
			if len(events) != 1 || events[0].Name != name {
				t.Errorf("%s, %s: %d events of %q", f.name, how, len(events), text)
			}
		}
		// A cut text may mean less, never something else.
		name, _, _ := strings.Cut(f.want, " ")
		for i := range f.text {
			got, _ := scan(t, f.text[:i])
			if len(got) > 1 || len(got) == 1 && got[0].Name != name {
				t.Errorf("%s cut to %q: %v", f.name, f.text[:i], got[0].Name)
			}
		}
	}
}

func TestStatesOnOneLine(t *testing.T) {
	// Cisco TechNote 211304, as a page without line breaks holds it.
	events, _ := scan(t, `xstatus //prov`+"\n"+`*s Network 1 IPv4 DHCP ProvisioningServer: "" *s Provisioning CUCM CAPF LSC: Installed *s Provisioning CUCM CTL State: Installed *s Provisioning CUCM TVS Proxy 1 Port: 2445 *s Provisioning Status: Provisioned ** end`)
	var got []string
	for _, e := range events {
		got = append(got, e.Detail["item"]+"="+e.Detail["value"])
	}
	if s := strings.Join(got, ","); s != "CAPF LSC=Installed,CTL State=Installed,TVS Proxy 1 Port=2445,Status=Provisioned" {
		t.Error(s)
	}
}

// A menu as an engineer types it off: the list above its hash.
func TestMenuScreen(t *testing.T) {
	events, sum := scan(t, "CTL File\n98 78 4f 6f 6b cd 50 19 ea 16 5b 1d 2b c1 37 2e\nITL File:\nMD5 "+itlMD5+"\n")
	if len(events) != 2 || sum.Unknown != 0 {
		t.Fatalf("%d events, %+v", len(events), sum)
	}
	compare(t, events[0], "menu_hash list=CTL md5="+ctlMD5)
	compare(t, events[1], "menu_hash list=ITL md5="+itlMD5)
}

// The answer to a query of one row, and the rows of a cluster.
func TestCommandLine(t *testing.T) {
	// Cisco TechNote 118893; CLI reference guide 12.5.
	events, sum := scan(t, "run sql select paramname,paramvalue from processconfig where paramname='ClusterSecurityMode'\nparamname           paramvalue\n=================== ==========\nClusterSecurityMode 1\n"+
		"admin:utils service list\nRequesting service status, please wait...\nSystem SSH [STARTED]\nA Cisco DB[STARTED]\nCisco Tftp[STARTED]\nPrimary Node =true\n")
	if len(events) != 2 || sum.Unknown != 0 {
		t.Fatalf("%d events, %+v", len(events), sum)
	}
	compare(t, events[0], "cluster_security_mode dialect=cucm-cli mode=1")
	compare(t, events[1], "service_state service=\"Cisco Tftp\" state=STARTED")
}

func TestOperationsInOrder(t *testing.T) {
	events, sum := scan(t, "tftp> get CTLFile.tlv\ntftp> get ITLFile.tlv\nReceived 5438 bytes in 0.0 seconds\nand so on\n"+itlMD5+"  ITLFile.tlv\n")
	if len(events) != 3 || events[0].Detail["file"] != "CTLFile.tlv" || events[0].Detail["result"] != "" ||
		events[1].Detail["result"] != "ok" || events[2].Name != "file_hash" || sum.Unknown != 1 {
		t.Errorf("%+v %+v", events, sum)
	}
	// An answer far below its command is no answer to it.
	events, _ = scan(t, "tftp> get CTLFile.tlv\na\nb\nc\nd\nReceived 5438 bytes in 0.0 seconds\n")
	if len(events) != 2 || events[0].Detail["bytes"] != "" || events[1].Detail["file"] != "" {
		t.Errorf("%+v", events)
	}
}
