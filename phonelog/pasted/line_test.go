package pasted

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Lines of other dialects, of listings and of sentences.
var others = []string{
	"837: NOT 09:13:17.561856 SECD: tlRequestFile: Request CTLSEP0011215A1AE3.tlv",
	"3315 NOT Nov 29 06:33:59.908586 SECUREAPP-Sec SSL Connection - Handshake successful.",
	"847: NOT 09:13:17.685264 TFTP: [27]:Finished --> rcvd 4762 bytes",
	"15:21:01.954 |   debug TLS HS Done for ph_conn .",
	"11:08:20.766 |TFTPEngine::isReadRequest[0x9950830~188~14.48.44.202~49530], [CTLSEP0011215A1AE3.tlv] opcode(1), Mode(octet), Serving Count(0)",
	"08080021.043 |16:31:15.937 |AppInfo  |SIPStationD(18400) - validTLSConnection:TLS InvalidX509NameInCertificate",
	"16:01:16 Trust List Updated", "Trust List Update Failed", "Trust List Verification Failed", "File Not Found <CTLFile.tlv>",
	"admin:show itl", "admin:show ctl", "admin: show cert own CallManager", "run sql select c.subjectname, c.serialnumber from certificate as c",
	"admin:run sql select paramname,paramvalue from processconfig where paramname='ClusterSecurityMode'",
	"Length of ITL file: 5438", "The ITL File was last modified on Wed Jul 27 10:16:24 EDT 2011", "Version:        1.2", "HeaderLength:   296 (BYTES)",
	"The checksum value of the CTL file:", "98784f6f6bcd5019ea165b1d2bc1372e(MD5)", "9c0aa839e5a84b18a43caf9f9ff23d8ebce90419(SHA1)", "Length of CTL file: 4947",
	"9       CERTIFICATE     1442    0E 1E 28 0E 5B 5D CC 7A 20 29 61 F5 8A DE 30 40 51 5B C4 89 (SHA1 Hash HEX)",
	"1       RECORDLENGTH    2       1972", "The ITL file was verified successfully.", "ITL Record #:3", "CTL File not found. The server is not in mixed mode",
	"subjectname                 serialnumber     ipv4address name", "CN=CAPF-9c4cba7d;OU=TAC;O=Cisco 0adc6e7742914a53 14.48.44.80 Certificate Authority",
	"So we see the md5sum of the ITL file in CUCM is b61910bb01d8d3a1c1b36526cc9f2ddc",
	"md5sum of the ITL file", "md5sum differs.", "tftp server", "tftp is used to fetch the file.", "Settings", "get ITLSEP0011215A1AE3.tlv",
	"md5sum ITL.tlv differs from that of the phone", "Received many bytes in 3 seconds", "MD5 hash of the ITL file",
	"Received the ITL file in 3 seconds", "The ITL file and the CTL file", "ITL File", "CTL File not found", "curl can be used as well.",
	"1. Phone boots 10.1.1.1 and 10.1.1.2 register", "2 0.5 of the phones", "14.48.44.80", "5438", "", "   ", "-----------", "Timeout occurred", "Connected to 14.48.44.80.",
	"HTTP/1.1 404 Not Found", "subject=CN = CUCM8-Publisher.bbbburns.lab", "Settings > Status > Network Statistics", "Phone A > Phone B",
	"2014-08-04 15:21:21,241 INFO [main] - op:import", "Jun 19 12:00:00 node local7 0 : 42: node: %UC_CERT-0-CertExpired: %[Message=x]: text",
	"ITL: b61910bb01d8d3a1c1b36526cc9f2d", "The phone has the CTL file " + ctlMD5, "deadbeef", "Service Activation > Cisco Tftp",
}

func TestOtherLines(t *testing.T) {
	for _, s := range others {
		if Line([]byte(s)) {
			t.Errorf("%q is claimed", s)
		}
	}
}

// No line of the published logs and listings that the other packages read is
// one of this package, but for the prompts and answers that stand in them.
func TestOtherPackages(t *testing.T) {
	n := 0
	for _, pattern := range []string{"../testdata/excerpts/*.txt", "../../tvstrace/testdata/excerpts/*.txt"} {
		files, _ := filepath.Glob(pattern)
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for sc := bufio.NewScanner(bytes.NewReader(b)); sc.Scan(); n++ {
				if Line(sc.Bytes()) {
					t.Errorf("%s: %q is claimed", f, sc.Text())
				}
			}
		}
	}
	if n == 0 {
		t.Error("no lines")
	}
}

func TestLineDoesNotAllocate(t *testing.T) {
	all := append([]string(nil), others...)
	for _, f := range forms {
		first, _, _ := strings.Cut(f.text, "\n")
		all = append(all, first)
	}
	for _, s := range append(all, strings.Repeat("x ", maxLine)) {
		b := []byte(s)
		if n := testing.AllocsPerRun(20, func() { Line(b) }); n != 0 {
			t.Errorf("%.60q: %v allocations", s, n)
		}
	}
}

func TestSniff(t *testing.T) {
	if d, score := Sniff([]byte("see below\n\n" + itlMD5 + "  ITLFile.tlv\n")); d != DialectShell || score != 50 {
		t.Errorf("%s %d", d, score)
	}
	if d, score := Sniff([]byte("nothing here\n")); d != "" || score != 0 {
		t.Errorf("%s %d", d, score)
	}
}

func BenchmarkLine(b *testing.B) {
	log := []byte("837: NOT 09:13:17.561856 SECD: tlRequestFile: Request CTLSEP0011215A1AE3.tlv")
	b.ReportAllocs()
	b.SetBytes(int64(len(log)))
	for b.Loop() {
		Line(log)
	}
}
