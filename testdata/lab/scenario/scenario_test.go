package scenario

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	stdx509 "crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"trustline/testdata/lab/list"
	"trustline/testdata/lab/message"
	"trustline/testdata/lab/x509"
)

func TestSameSourceSameBytes(t *testing.T) {
	sums := func() map[string]string {
		m := map[string]string{}
		for _, c := range All() {
			for name, data := range c.Files {
				m[c.Name+"/"+name] = fmt.Sprintf("%x", sha256.Sum256(data))
			}
		}
		return m
	}
	a, b := sums(), sums()
	for name := range a {
		if a[name] != b[name] {
			t.Errorf("%s differs between two runs", name)
		}
	}
	if len(a) != len(b) || len(a) == 0 {
		t.Errorf("%d files, then %d", len(a), len(b))
	}
}

// The values printed in Cisco TechNote 116232.
func TestWalkthroughHasThePublishedLengths(t *testing.T) {
	w := newWalkthrough()
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"CTL", len(w.ctl.Bytes()), 4762}, {"ITL", len(w.itl.Bytes()), 5438}, {"ITL header", w.itl.HeaderLength(), 296},
		{"configuration", len(w.config.Bytes()), 7652}, {"CallManager certificate", len(w.callManager.DER), 1442},
		{"record 1", len(w.itl.Records[0].Bytes()), 1972}, {"record 3", len(w.itl.Records[2].Bytes()), 743},
		{"record 4", len(w.itl.Records[3].Bytes()), 455},
		// Cisco Support Community DOC-18834:
		{"CTL header", w.ctl.HeaderLength(), 304}, {"CAPF record of the CTL", len(w.ctl.Records[3].Bytes()), 991},
		{"CAPF certificate", len(w.capf.DER), 674},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d bytes, want %d", c.what, c.got, c.want)
		}
	}
	if got := tokenName("SAST-ADN4e31f914"); len(got)+1 != 56 {
		t.Errorf("%q has not the published length 56", got)
	}
}

// Every certificate must be one that the standard library reads, with its serial.
func TestCertificatesParse(t *testing.T) {
	w, cl := newWalkthrough(), newCluster()
	for _, c := range []*x509.Certificate{w.callManager, w.tvs, w.capf, w.tomcat, w.mic, w.token1, w.token2,
		cl.a1.callManager, cl.a1.tvs, cl.a1.tomcat, cl.a2.tvs, cl.capf} {
		p, err := stdx509.ParseCertificate(c.DER)
		if err != nil {
			t.Errorf("%s: %v", c.Subject, err)
			continue
		}
		if !bytes.Equal(p.SerialNumber.Bytes(), c.Serial) {
			t.Errorf("%s: serial %x, want %x", c.Subject, p.SerialNumber.Bytes(), c.Serial)
		}
	}
}

// What the ITL records must be what TVS presents: the SHA-1 is looked for in the
// certificate message of the capture.
func TestRecordedTVSCertificateIsOnTheWire(t *testing.T) {
	w := newWalkthrough()
	var hash []byte
	for _, r := range w.itl.Records {
		if r.Role == list.TVS {
			hash = r.Hash
		}
	}
	capture := directoryViaTVS().Files["phone.pcap"]
	at := bytes.Index(capture, w.tvs.DER)
	if at < 0 {
		t.Fatal("the certificate is not in one piece in the capture")
	}
	got := sha1.Sum(capture[at : at+len(w.tvs.DER)])
	if !bytes.Equal(got[:], hash) {
		t.Errorf("presented %x, recorded %x", got, hash)
	}
}

// The request of Cisco TechNote 213407: 153 bytes, of which the first 50 are printed.
func TestQueryRequestAsPublished(t *testing.T) {
	c := &x509.Certificate{Template: x509.Template{
		Subject: x509.ParseName("CN=ucm11pub.stormin.local;OU=IST;O=Stormin;L=Brisbane;ST=QLD;C=AU"),
		Issuer:  x509.ParseName("CN=stormin-WIN2012-CA"), Serial: serial("24000000179479B8F124AC3F3B000000000017")}}
	got := message.Query(1001, message.Device("8861", "SEPB000B4BA0AEE"), c)
	want, _ := hex.DecodeString("57010300000003e9008f0100180143502d383836312d534550423030304234424130414545" + "030042434e3d75636d31317075")
	if len(got) != 153 || !bytes.HasPrefix(got, want) {
		t.Errorf("%d bytes: %x", len(got), got)
	}
}

// The answer's frame: 1,480 bytes for a certificate of 1,451 and two roles.
func TestQueryResponseAsPublished(t *testing.T) {
	c := &x509.Certificate{DER: make([]byte, 1451)}
	got := message.QueryAnswer(1001, c, 0, 3)
	want, _ := hex.DecodeString("570104f7000003e905be0700010002" + "05ab")
	if len(got) != 1480 || !bytes.HasPrefix(got, want) {
		t.Errorf("%d bytes: %x", len(got), got[:20])
	}
}

var consoleLine = regexp.MustCompile(`^(\d+): (NOT|ERR) (\d\d:\d\d:\d\d\.\d{6}) (SECD|TFTP|tftpClient|JVM): \S`)

// Within a boot numbers and times rise.
func TestConsolesRunForward(t *testing.T) {
	for _, c := range All() {
		data, ok := c.Files["phone-console.log"]
		if !ok {
			continue
		}
		seq, clock := 1<<30, ""
		for i, l := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
			m := consoleLine.FindStringSubmatch(l)
			if m == nil {
				t.Errorf("%s line %d: %q", c.Name, i+1, l)
				continue
			}
			var n int
			fmt.Sscan(m[1], &n)
			if n > seq && m[3] <= clock {
				t.Errorf("%s line %d: time does not rise", c.Name, i+1)
			}
			seq, clock = n, m[3]
		}
	}
}

// Frames of the classic captures are in order, and none is cut.
func TestCapturesAreOrdered(t *testing.T) {
	for _, c := range All() {
		data, ok := c.Files["phone.pcap"]
		if !ok {
			continue
		}
		var last time.Time
		n := 0
		for data = data[24:]; len(data) > 0; n++ {
			le := binary.LittleEndian
			at := time.Unix(int64(le.Uint32(data)), int64(le.Uint32(data[4:]))*1000)
			if at.Before(last) || le.Uint32(data[8:]) != le.Uint32(data[12:]) {
				t.Errorf("%s frame %d", c.Name, n+1)
			}
			last, data = at, data[16+le.Uint32(data[8:]):]
		}
		t.Logf("%s: %d frames", c.Name, n)
	}
}

// Two clocks of one event: the console's "Finished" follows the last packet of the
// transfer by less than a millisecond, once the planted offset is applied.
func TestPlantedOffsetOfTheWalkthrough(t *testing.T) {
	w := newWalkthrough()
	if got := w.at("09:13:17.670439"); !got.Equal(time.Date(2011, 7, 28, 13, 13, 18, 20439000, time.UTC)) {
		t.Errorf("09:13:17.670439 is %v", got)
	}
}

// The refused lists leave the phone as it was, the healed one does not: the console
// says which.
func TestOutcomes(t *testing.T) {
	for _, c := range All() {
		console, status := string(c.Files["phone-console.log"]), string(c.Files["status.txt"])
		refused := strings.Count(console, "errcode 19 (signer not in CTL)")
		switch c.Name {
		case "both-regenerated", "both-regenerated-facts":
			if refused != 1 || !strings.Contains(status, "Trust List Verification Failed") || strings.Count(console, "write:fatal:unknown CA") != 3 {
				t.Errorf("%s: %d refused, status %q", c.Name, refused, status)
			}
		case "both-regenerated-second-node":
			if refused != 0 || !strings.Contains(status, "Trust List Updated") || strings.Count(console, "verifyFile: verify SUCCESS") != 2 {
				t.Errorf("%s: %d refused, status %q", c.Name, refused, status)
			}
		case "callmanager-regenerated":
			if refused != 0 || !strings.Contains(status, "Trust List Updated") || strings.Contains(console, "handshake failed") {
				t.Errorf("%s: %d refused, status %q", c.Name, refused, status)
			}
		case "both-regenerated-second-silent":
			if refused != 1 || strings.Count(console, "write:fatal:unknown CA") != 2 || strings.Count(console, "IP:10.1.1.12") != 2 {
				t.Errorf("%s: %d refused, status %q", c.Name, refused, status)
			}
		case "stale-status":
			if refused != 0 || strings.Count(console, "verify SUCCESS") != 2 {
				t.Errorf("%s: %d refused", c.Name, refused)
			}
		case "tvs-blocked":
			if refused != 1 || !strings.Contains(status, "Trust List Update Failed") || strings.Contains(console, "handshake failed") {
				t.Errorf("%s: %d refused, status %q", c.Name, refused, status)
			}
		}
	}
}
