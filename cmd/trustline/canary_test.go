package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"trustline/correlate/secret"
	"trustline/pcap"
)

// canary stands in every secret that is planted. It is hexadecimal, so that it
// may stand in a key as well.
const canary = "c0ffee77ba5eba11"

// canaries are the forms in which it may come out.
var canaries = []string{canary, strings.ToUpper(canary), base64.StdEncoding.EncodeToString([]byte("admin:" + canary)), canaryBase64}

const canaryBase64 = "C4naryBase64C4nary"

// canaryConfig is the file of a phone with everything in it that CUCM writes.
const canaryConfig = `<?xml version="1.0" encoding="UTF-8"?>
<device><deviceProtocol>SIP</deviceProtocol><sshUserId>u` + canary + `</sshUserId><sshPassword>` + canary + `</sshPassword>
<devicePool><callManagerGroup><members><member priority="0"><callManager><name>cucm-a1</name><processNodeName>10.1.1.11</processNodeName></callManager></member></members></callManagerGroup></devicePool>
<phonePassword>` + canary + `</phonePassword><vendorConfig><adminPassword>` + canary + `</adminPassword><settingsAccess>1</settingsAccess></vendorConfig>
<authenticationURL>http://admin:` + canary + `@10.1.1.11:8080/x?password=` + canary + `</authenticationURL><sipLines><line><authName>2001</authName><authPassword>` + canary + `</authPassword></line></sipLines>
<versionStamp>1</versionStamp><capfAuthMode>1</capfAuthMode></device>
`

const canaryKey = `-----BEGIN RSA PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASC` + canaryBase64 + `ggSjAgEAAoIB
` + canaryBase64 + `==
-----END RSA PRIVATE KEY-----
`

var canaryTexts = map[string]string{
	"console.log": `801: NOT 10:00:21.675000 SECD: tlRequestFile: Request CTLSEP0011215A1AE3.tlv
802: NOT 10:00:21.745000 TFTP: [27]:Requesting CTLSEP0011215A1AE3.tlv from 10.1.1.11
803: NOT 10:00:21.759090 SECD: password=` + canary + `
804: NOT 10:00:21.759190 SECD: capfAuthString [` + canary + `]
805: ERR 10:00:21.791090 SECD: EROR:clpState: SSL3 alert write:fatal:bad certificate:<10.1.1.11> password: ` + canary + `
806: NOT 10:00:21.792090 HTTP: request http://admin:` + canary + `@10.1.1.11:8443/ccmcip/xmldirectory.jsp
807: NOT 10:00:21.793090 JVM: ` + strings.ReplaceAll(strings.TrimSpace(canaryKey), "\n", "\n807: NOT 10:00:21.793090 JVM: ") + `
808: NOT 10:00:21.794090 SECD: Authorization: Basic ` + base64.StdEncoding.EncodeToString([]byte("admin:"+canary)) + `
`,
	"capf.txt": `00:00:02.600 | debug Certificate operation failed, result : 3 (CAPF_OP_FAIL_INVALID_AUTH_STR) authString: ` + canary + `
00:00:02.610 | debug Authentication String = ` + canary + `
00:00:02.620 | debug AuthString <` + canary + `>
`,
	"server.key":     canaryKey,
	"keylog.txt":     "CLIENT_RANDOM " + strings.Repeat("ab", 32) + " " + strings.Repeat(canary, 6) + "\nSERVER_TRAFFIC_SECRET_0 " + strings.Repeat("ab", 32) + " " + strings.Repeat(canary, 4) + "\n",
	"config.cnf.xml": canaryConfig,
	"ticket.txt": `admin: set password user admin
Password: ` + canary + `
admin:show itl
` + canaryKey + `
8074: NOT 23:00:22.336742 SECD: tlRequestFile: Request ITLSEP0011215A1AE3.tlv
` + canaryConfig + `
username admin password 7 ` + canary + `
`,
	"case.facts": "cucm-version=9.1\npassword=" + canary + "\ncapf-auth-string: " + canary + "\n",
}

// canaryCapture is a boot with TFTP, HTTP and SIP in the clear, and with the
// keys of its TLS connections in a block of their own.
func canaryCapture(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := pcap.NewWriter(&out, "test")
	if err != nil {
		t.Fatal(err)
	}
	// A decryption secrets block (draft-ietf-opsawg-pcapng section 4.7).
	keys := canaryTexts["keylog.txt"]
	keys += strings.Repeat("\n", (4-len(keys)%4)%4)
	n := uint32(20 + len(keys))
	block := binary.LittleEndian.AppendUint32(nil, 10)
	block = binary.LittleEndian.AppendUint32(block, n)
	block = append(block, "KSLT"...) // 0x544c534b, a TLS key log
	block = binary.LittleEndian.AppendUint32(block, uint32(len(keys)))
	block = append(append(block, keys...), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(block[len(block)-4:], n)
	out.Write(block)

	at := time.Date(2013, 6, 18, 8, 0, 21, 0, time.UTC)
	phone, server := net.IP{10, 9, 9, 9}, net.IP{10, 1, 1, 11}
	send := func(up bool, transport gopacket.SerializableLayer, protocol layers.IPProtocol, payload string) {
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: protocol, SrcIP: phone, DstIP: server}
		if !up {
			ip.SrcIP, ip.DstIP = server, phone
		}
		switch l := transport.(type) {
		case *layers.UDP:
			err = l.SetNetworkLayerForChecksum(ip)
		case *layers.TCP:
			err = l.SetNetworkLayerForChecksum(ip)
		}
		if err != nil {
			t.Fatal(err)
		}
		b := gopacket.NewSerializeBuffer()
		eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{0, 0x11, 0x21, 0x5a, 0x1a, 0xe3}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, EthernetType: layers.EthernetTypeIPv4}
		if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, eth, ip, transport, gopacket.Payload(payload)); err != nil {
			t.Fatal(err)
		}
		at = at.Add(10 * time.Millisecond)
		if err := w.Write(pcap.Frame{Time: at, Link: 1, Data: b.Bytes(), Length: len(b.Bytes())}, "boot", ""); err != nil {
			t.Fatal(err)
		}
	}
	udp := func(up bool, from, to int, payload string) {
		send(up, &layers.UDP{SrcPort: layers.UDPPort(from), DstPort: layers.UDPPort(to)}, layers.IPProtocolUDP, payload)
	}
	udp(true, 49152, 69, "\x00\x01CTLSEP0011215A1AE3.tlv\x00octet\x00")
	udp(false, 69, 49152, "\x00\x05\x00\x01File not found\x00")
	udp(true, 49153, 69, "\x00\x01SEP0011215A1AE3.cnf.xml\x00octet\x00")
	for i, block := 0, byte(1); i <= len(canaryConfig); i, block = i+512, block+1 {
		udp(false, 40000, 49153, "\x00\x03\x00"+string(block)+canaryConfig[i:min(i+512, len(canaryConfig))])
		udp(true, 49153, 40000, "\x00\x04\x00"+string(block))
	}
	udp(true, 5060, 5060, "REGISTER sip:10.1.1.11 SIP/2.0\r\nVia: SIP/2.0/UDP 10.9.9.9:5060\r\nFrom: <sip:2001:"+canary+"@10.1.1.11>;tag=1\r\nTo: <sip:2001@10.1.1.11>\r\nCall-ID: 1@10.9.9.9\r\nCSeq: 1 REGISTER\r\n"+
		"Contact: <sip:2001@10.9.9.9:5060>;+sip.instance=\"<urn:uuid:00000000-0000-0000-0000-0011215a1ae3>\"\r\nAuthorization: Digest username=\"2001\",response=\""+canary+"\"\r\nContent-Length: 0\r\n\r\n")
	seq := [2]uint32{1000, 9000}
	tcp := func(up bool, syn, fin bool, payload string) {
		me, you, from, to := 0, 1, 50001, 6970
		if !up {
			me, you, from, to = 1, 0, 6970, 50001
		}
		send(up, &layers.TCP{SrcPort: layers.TCPPort(from), DstPort: layers.TCPPort(to), Seq: seq[me], Ack: seq[you], SYN: syn, ACK: !syn || !up, FIN: fin, PSH: payload != "", Window: 65535}, layers.IPProtocolTCP, payload)
		seq[me] += uint32(len(payload))
		if syn || fin {
			seq[me]++
		}
	}
	tcp(true, true, false, "")
	tcp(false, true, false, "")
	tcp(true, false, false, "")
	tcp(true, false, false, "GET /SEP0011215A1AE3.cnf.xml?password="+canary+" HTTP/1.1\r\nHost: 10.1.1.11\r\nAuthorization: Basic "+base64.StdEncoding.EncodeToString([]byte("admin:"+canary))+"\r\n\r\n")
	tcp(false, false, false, "HTTP/1.1 404 Not Found password="+canary+"\r\nContent-Length: 0\r\n\r\n")
	tcp(false, false, true, "")
	tcp(true, false, true, "")
	return out.Bytes()
}

// TestNoSecretComesOut plants secrets in every place that they are known to
// stand in, and looks for them in every output of every command.
func TestNoSecretComesOut(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "cases", "case")
	if err := os.MkdirAll(in, 0o777); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"boot.pcapng": string(canaryCapture(t))}
	for name, text := range canaryTexts {
		texts[name] = text
	}
	for name, text := range texts {
		if !strings.Contains(text, canary) && !strings.Contains(text, canaryBase64) {
			t.Fatalf("%s: nothing is planted", name)
		}
		if err := os.WriteFile(filepath.Join(in, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var clear bytes.Buffer // evidence that somebody else wrote, with a secret
	run := func(args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		e := &env{stdin: strings.NewReader(""), stdout: &out, stderr: &errs}
		root := newRoot(e)
		root.SetArgs(args)
		if err := root.ExecuteContext(context.Background()); err != nil {
			e.report(err)
		}
		clean(t, strings.Join(args, " "), out.String()+errs.String())
		return out.String()
	}
	ndjson := run("evidence", in)
	if !strings.Contains(ndjson, secret.Mask) || !strings.Contains(ndjson, `"object":"config"`) {
		t.Errorf("the secrets were not met: %d bytes of evidence", len(ndjson))
	}
	clear.WriteString(strings.ReplaceAll(ndjson, secret.Mask, canary))
	if !strings.Contains(clear.String(), canary) {
		t.Error("no evidence with a secret")
	}
	old := filepath.Join(dir, "old.ndjson")
	if err := os.WriteFile(old, clear.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	to := func(name string) string { return filepath.Join(dir, "out", name) }
	if err := os.Mkdir(to(""), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, redact := range [][]string{nil, {"--redact-serials", "--redact-map", to("map.tsv")}} {
		for _, args := range [][]string{{"analyze", in}, {"judge", old}, {"analyze", old}} {
			files := []string{"--verbose", "--format", "text"}
			for _, ext := range []string{"json", "html", "md", "csv", "txt"} {
				files = append(files, "-o", to(args[0]+"."+ext))
			}
			run(append(append(args, files...), redact...)...)
			searched(t, to(""))
		}
	}
	run("analyze", in, "--packets", to("cited.pcapng"), "-o", to("report.json"))
	run("batch", filepath.Join(dir, "cases"), "-o", to("batch"))
	for _, command := range []string{"tftp", "tls", "trustlist", "events"} {
		run(command, in)
		run(command, "--json", in)
	}
	run("events", old)
	run("events", "--unknown", in)
	run("events", "--unknown", "--json", in)
	searched(t, to(""))
	if info, err := os.Stat(to("cited.pcapng")); err != nil || info.Size() < 500 {
		t.Errorf("%v: the packets are missing", err)
	}
}

// searched looks into all files that were written.
func searched(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		clean(t, path, string(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func clean(t *testing.T, where, text string) {
	t.Helper()
	for _, c := range canaries {
		if i := strings.Index(text, c); i >= 0 {
			t.Errorf("%s: %q", where, text[max(0, i-120):min(len(text), i+40)])
		}
	}
}
