package gather_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"

	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// tvsMessage builds a message of TVS: the header, then elements of tag, length
// and value (the hex dumps of Cisco TechNote 213407).
func tvsMessage(kind byte, elements ...[]byte) []byte {
	b := []byte{0x57, 1, kind, 0, 0, 0, 3, 0xe9, 0, 0}
	for _, e := range elements {
		b = append(b, e...)
	}
	binary.BigEndian.PutUint16(b[8:], uint16(len(b)-10))
	return b
}

func tvsElement(tag byte, value ...byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{tag}, uint16(len(value))), value...)
}

// dump prints octets as a trace does, at most the first n.
func dump(b []byte, n int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "HEX_DUMP: Len = %d:\n", len(b))
	b = b[:min(len(b), n)]
	for len(b) > 0 {
		k := min(8, len(b))
		fmt.Fprintf(&s, "18:01:06.346 |   debug % x\n", b[:k])
		b = b[k:]
	}
	return s.String()
}

// question is a trace of one question and its answer, for a phone.
func question(phone string, certificate []byte, requestLen, answerLen int) string {
	request := tvsMessage(3, tvsElement(1, append([]byte{1}, "CP-8861-"+phone...)...), tvsElement(3, []byte("CN=a\x00")...), tvsElement(4, []byte("CN=b\x00")...), tvsElement(5, 0x0a, 0x24))
	answer := tvsMessage(4, tvsElement(7, 0), tvsElement(2, certificate...), tvsElement(8, 0, 3), tvsElement(9, 0, 1, 0x51, 0x80))
	return "18:01:06.345 |   debug 8:UNKNOWN:Incoming Phone Msg:\n" + dump(request, requestLen) +
		"18:01:06.345 |   debug     MsgType               : TVS_MSG_QUERY_CERT_REQ\n" +
		"18:01:06.346 |   debug 8:UNKNOWN:Sending QUERY_CERT_RES msg\n" +
		"18:01:06.346 |   debug     MsgType               : TVS_MSG_QUERY_CERT_RES\n" +
		"18:01:06.346 |   debug Sending TLS Msg ..\n" + dump(answer, answerLen) +
		"18:01:06.350 |   debug ipAddrStr (Phone) 192.168.11.100\n"
}

func query(t *testing.T, text string) (*evidence.Event, *evidence.Bundle) {
	t.Helper()
	b := gather.Decode(textInput("tvs.txt", text), gather.Options{})
	for i := range b.Events {
		if b.Events[i].Event == "tvs_query" {
			return &b.Events[i], b
		}
	}
	t.Fatalf("no tvs_query in %+v", b.Events)
	return nil, nil
}

// TestQueryBytes: what stands in the dumps alone is told: the question, the
// answer, the certificate. rsa2048-sha256.der is the sample of dissect/tvs; its
// subject, serial number and hash are those that openssl x509 prints.
func TestQueryBytes(t *testing.T) {
	der, err := os.ReadFile("../../dissect/tvs/testdata/rsa2048-sha256.der")
	if err != nil {
		t.Fatal(err)
	}
	e, b := query(t, question("SEPB000B4BA0AEE", der, 1<<16, 1<<16))
	want := map[string]string{"subject": "CN=a", "issuer": "CN=b", "serial": "0a24", "status": "0", "roles": "0,3", "lifetime": "86400", "result": "found",
		"cert_sha1": "142df505fb7a4629940564a99366fd0edcbbd0c1", "cert_serial": "c3f92700", "cert_subject": `CN=CAPF-9c4cba7d;OU=TAC;O=Cisco, Inc.\;x\\y`}
	for k, v := range want {
		if e.Detail[k] != v {
			t.Errorf("%s is %q, want %q", k, e.Detail[k], v)
		}
	}
	if e.Phone != "SEPB000B4BA0AEE" || e.Detail["problem"] != "" {
		t.Errorf("%+v", e)
	}
	if e.Detail["hex"] != "" || e.Detail["response_hex"] != "" {
		t.Error("octets that are told otherwise are kept")
	}
	found := false
	for _, o := range b.Objects {
		found = found || o.ID == e.Detail["certificate"] && o.Certificate != nil && o.Certificate.SHA1 == want["cert_sha1"]
	}
	if !found {
		t.Errorf("the certificate is no object: %+v", b.Objects)
	}
}

// TestQueryCut: dumps that an author cut short give what stands before the cut,
// and say so.
func TestQueryCut(t *testing.T) {
	der, err := os.ReadFile("../../dissect/tvs/testdata/rsa2048-sha256.der")
	if err != nil {
		t.Fatal(err)
	}
	e, _ := query(t, question("SEPB000B4BA0AEE", der, 40, 24))
	if e.Detail["status"] != "0" || e.Detail["cert_sha1"] != "" || e.Detail["hex"] == "" {
		t.Errorf("%v", e.Detail)
	}
	for _, s := range []string{"request: the dump ends after 40 of ", "answer: the dump ends after 24 of "} {
		if !strings.Contains(e.Detail["problem"], s) {
			t.Errorf("problem %q does not say %q", e.Detail["problem"], s)
		}
	}
	if b, err := hex.DecodeString(e.Detail["response_hex"]); err != nil || len(b) != 24 {
		t.Errorf("%q", e.Detail["response_hex"])
	}
}

// TestQueryOfTwoPhones: an answer is decoded once for all phones, and yet each
// question keeps its own phone.
func TestQueryOfTwoPhones(t *testing.T) {
	der, err := os.ReadFile("../../dissect/tvs/testdata/rsa2048-sha256.der")
	if err != nil {
		t.Fatal(err)
	}
	b := gather.Decode(textInput("tvs.txt", question("SEPB000B4BA0AEE", der, 1<<16, 1<<16)+question("SEP001122334455", der, 1<<16, 1<<16)), gather.Options{})
	var got []string
	for _, e := range b.Events {
		if e.Event == "tvs_query" {
			got = append(got, e.Phone+" "+e.Detail["client"]+" "+e.Detail["lifetime"])
		}
	}
	if s := strings.Join(got, "; "); s != "SEPB000B4BA0AEE CP-8861-SEPB000B4BA0AEE 86400; SEP001122334455 CP-8861-SEP001122334455 86400" {
		t.Error(s)
	}
}
