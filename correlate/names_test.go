package correlate

import "testing"

// The serials and names are those that Cisco's documents print for one and the
// same certificate in different places.
func TestSameSerial(t *testing.T) {
	same := [][2]string{
		{"21:00:2D:17:00:00:00:00:00:05", "21002d17000000000005"},
		{"2E:3E:1A:7B:DA:A6:4D:84", "2E3E1A7BDAA64D84"},
		{"0A:DC:6E:77:42:91:4A:53", "adc6e7742914a53"},
		{"00:ff", "ff"},
	}
	for _, p := range same {
		if !sameSerial(p[0], p[1]) {
			t.Errorf("sameSerial(%q, %q) = false", p[0], p[1])
		}
	}
	other := [][2]string{{"", ""}, {"01", "10"}, {"2e3e1a7bdaa64d84", "2e3e1a7bdaa64d85"}}
	for _, p := range other {
		if sameSerial(p[0], p[1]) {
			t.Errorf("sameSerial(%q, %q) = true", p[0], p[1])
		}
	}
}

func TestNearMiss(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		// 155841343000354463154181 and its misprint 155041343000354463154181.
		{"21002d17000000000005", "20d4cf5b9d8c3cb80005", false},
		{"2e3e1a7bdaa64d84", "2e3e1a7bdaa64d85", true},
		{"21:00:2D:17:00:00:00:00:00:05", "21:00:2D:17:00:00:00:00:05", true}, // nine bytes printed where LENGTH says ten
		{"2e3e1a7bdaa64d84", "2e3e1a7bdaa64d84", false},
		{"0adc6e7742914a53", "74ae9e6bdbc2a51d", false},
		{"05", "06", false},
	}
	for _, tt := range tests {
		if got := nearMiss(tt.a, tt.b); got != tt.want {
			t.Errorf("nearMiss(%q, %q) = %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestSameDN(t *testing.T) {
	same := [][2]string{
		{"CN=CUCM8-Publisher.bbbburns.lab;OU=TAC;O=Cisco;L=RTP;ST=North Carolina;C=US", "CN=CUCM8-Publisher.bbbburns.lab, OU=TAC, O=Cisco, L=RTP, ST=North Carolina, C=US"},
		{"CN=JASBURNS-AD", "CN=JASBURNS-AD,DC=bbbburns,DC=lab"},
		{"/C=AU/O=stormin/OU=IST/CN=CAPF-a7fb32bf", "CN=CAPF-a7fb32bf;OU=IST;O=stormin;C=AU"},
		{`cn="SAST-ADN4e31f914        ";ou=IPCBU;o="Cisco Systems`, `CN=SAST-ADN4e31f914;OU=IPCBU;O=Cisco Systems`},
	}
	for _, p := range same {
		if !sameDN(p[0], p[1]) {
			t.Errorf("sameDN(%q, %q) = false: %q, %q", p[0], p[1], normDN(p[0]), normDN(p[1]))
		}
	}
	if sameDN("CN=cucm-a1;O=Cisco", "CN=cucm-a2;O=Cisco") {
		t.Error("two nodes are one")
	}
}

func TestFileDevice(t *testing.T) {
	for file, want := range map[string]string{
		"CTLSEP0011215A1AE3.tlv":                 "SEP0011215A1AE3",
		"ITLSEP0011215a1ae3.tlv":                 "SEP0011215A1AE3",
		"/usr/ram/SEP0011215A1AE3.cnf.xml":       "SEP0011215A1AE3",
		"SEP0011215A1AE3.cnf.xml.enc.sgn":        "SEP0011215A1AE3",
		"ITLFile.tlv":                            "",
		"XMLDefault.cnf.xml":                     "",
		"CTLSEP0026CBDA45D.tlv":                  "", // eleven digits: nobody's name
		"English_United_States/g3-tones.xml.sgn": "",
	} {
		if got := fileDevice(file); got != want {
			t.Errorf("fileDevice(%q) = %q, want %q", file, got, want)
		}
	}
}

func TestHostPort(t *testing.T) {
	for addr, want := range map[string][2]string{
		"10.1.1.11:2445":     {"10.1.1.11", "2445"},
		"10.1.1.11":          {"10.1.1.11", ""},
		"[2001:db8::1]:2445": {"2001:db8::1", "2445"},
		"2001:db8::1":        {"2001:db8::1", ""},
		"":                   {"", ""},
	} {
		if h, p := hostOf(addr), portOf(addr); h != want[0] || p != want[1] {
			t.Errorf("%q: host %q port %q, want %q %q", addr, h, p, want[0], want[1])
		}
	}
}
