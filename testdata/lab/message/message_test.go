package message

import (
	"bytes"
	"encoding/hex"
	"testing"

	"trustline/testdata/lab/x509"
)

func unhex(s string) []byte { b, _ := hex.DecodeString(s); return b }

// Messages of CAPF as the specification in the project Jabber4Linux writes them
// down: AUTH_REQ with protocol version 3, END_SESSION with reason 7.
func TestCAPF(t *testing.T) {
	for _, c := range []struct {
		what      string
		got, want []byte
	}{
		{"auth request", AuthRequest(1), unhex("55010000000100040700" + "0103")},
		{"auth response", AuthResponse(1, "SEP1", ""), unhex("550200000001" + "0010" + "07000103" + "0d0005" + "5345503100" + "0b000100")},
		{"key of 2048 bits", KeyGenRequest(2, 2048), unhex("550300000002" + "0009" + "11000100" + "0a00020800")},
		{"declined", EndSession(1, 7), unhex("550f00000001" + "0004" + "01000107")},
		{"stored", StoreRequest(1, &x509.Certificate{DER: make([]byte, 4)}), unhex("550900000001" + "000c" + "040009" + "0100060001" + "00000000")},
		{"answered not", Unknown(QueryResponse, 1001), unhex("570104f7000003e9" + "0004" + "07000101")},
	} {
		if !bytes.Equal(c.got, c.want) {
			t.Errorf("%s: %x, want %x", c.what, c.got, c.want)
		}
	}
}
