package tls

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/binary"
	"hash"

	"trustline/testdata/lab/keys"
)

// A Side is one end of a connection.
type Side int

// The two sides.
const (
	Client Side = iota
	Server
)

// Record types.
const (
	typeChangeCipherSpec = 20
	typeAlert            = 21
	typeHandshake        = 22
	typeData             = 23
)

// maxFragment is the largest plaintext of a record (RFC 2246 6.2.1).
const maxFragment = 1 << 14

// A writer protects what one side sends (RFC 2246 6.2, RFC 4346 6.2):
//
//	type(1) version(2) length(2) | [IV(16), TLS 1.1] AES-CBC( data | HMAC-SHA1(20) | padding )
//
// Before its ChangeCipherSpec the fragment is the data itself.
type writer struct {
	version uint16
	mac     hash.Hash
	block   cipher.Block
	iv      []byte // last block sent, the IV of the next record in TLS 1.0
	random  *keys.Stream
	seq     uint64
	active  bool
}

func (w *writer) set(macKey, key, iv []byte) {
	w.mac = hmac.New(sha1.New, macKey)
	w.block, _ = aes.NewCipher(key)
	w.iv = iv
}

// activate starts the protection; the sequence number begins again.
func (w *writer) activate() { w.active, w.seq = true, 0 }

func (w *writer) write(typ byte, data []byte) []byte {
	var out []byte
	for first := true; first || len(data) > 0; first = false {
		n := min(len(data), maxFragment)
		out = append(out, w.record(typ, data[:n])...)
		data = data[n:]
	}
	return out
}

func (w *writer) record(typ byte, data []byte) []byte {
	head := binary.BigEndian.AppendUint16([]byte{typ}, w.version)
	if !w.active {
		return append(binary.BigEndian.AppendUint16(head, uint16(len(data))), data...)
	}
	w.mac.Reset()
	w.mac.Write(binary.BigEndian.AppendUint64(nil, w.seq))
	w.mac.Write(binary.BigEndian.AppendUint16(append([]byte{}, head...), uint16(len(data))))
	w.mac.Write(data)
	w.seq++
	body := w.mac.Sum(append([]byte{}, data...))
	pad := aes.BlockSize - 1 - len(body)%aes.BlockSize
	for range pad + 1 {
		body = append(body, byte(pad))
	}
	iv := w.iv
	var explicit []byte
	if w.version >= TLS11 {
		explicit = w.random.Bytes(aes.BlockSize)
		iv = explicit
	}
	cipher.NewCBCEncrypter(w.block, iv).CryptBlocks(body, body)
	w.iv = body[len(body)-aes.BlockSize:]
	body = append(explicit, body...)
	return append(binary.BigEndian.AppendUint16(head, uint16(len(body))), body...)
}
