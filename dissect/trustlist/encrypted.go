package trustlist

import "encoding/hex"

// Encryption tells how an encrypted configuration file was encrypted. Its
// layout is known from certutils (usecallmanager.nz) only:
//
//	tag len
//	16  sum  ENCRYPTION INFO, container of 17 and 21
//	17  sum    content, container of 18, 19, 20
//	18  1        cipher code, 0
//	19  16       AES initialisation vector
//	20  2        pad octets appended to the plaintext, 1 to 16
//	21  sum    key, container of 22 to 25
//	22  1        key cipher code, 0
//	23  2        RSA key size of the recipient in bits
//	24  1        wrapped key code, 1
//	25  n        AES-128 key under RSAES-PKCS1-v1_5 of the phone's certificate
//	26  1    digest code of 27: 1 SHA-1, 3 SHA-512
//	27  n    digest of the plaintext before padding
//
// The recipient is not named in the file.
type Encryption struct {
	Cipher        int    `json:"cipher"` // -1 when absent, as the other codes
	IV            string `json:"iv"`
	PadLength     int    `json:"pad_length"`
	KeyCipher     int    `json:"key_cipher"`
	KeyBits       int    `json:"key_bits"`
	WrappedCode   int    `json:"wrapped_code"`
	WrappedKey    string `json:"wrapped_key"`
	HashAlgorithm string `json:"hash_algorithm"` // SHA-1, SHA-512, or the code as text
	Hash          string `json:"hash"`           // of the plaintext
}

// Tags of the encryption information.
const (
	tagCipher      = 18
	tagIV          = 19
	tagPadLength   = 20
	tagKeyCipher   = 22
	tagKeyBits     = 23
	tagWrappedCode = 24
	tagWrappedKey  = 25
	tagHashCode    = 26
)

func (f *File) encryptionField(tag byte, v []byte, p int) {
	if f.Encryption == nil {
		f.Encryption = &Encryption{Cipher: -1, KeyCipher: -1, WrappedCode: -1}
	}
	e := f.Encryption
	switch tag {
	case tagCipher:
		e.Cipher = numberOf(v)
	case tagIV:
		e.IV = hex.EncodeToString(v)
	case tagPadLength:
		if e.PadLength = numberOf(v); e.PadLength < 0 {
			f.problem("offset %d: padding length of %d octets", p, len(v))
			e.PadLength = 0
		}
	case tagKeyCipher:
		e.KeyCipher = numberOf(v)
	case tagKeyBits:
		if e.KeyBits = numberOf(v); e.KeyBits < 0 {
			f.problem("offset %d: recipient key size of %d octets", p, len(v))
			e.KeyBits = 0
		}
	case tagWrappedCode:
		e.WrappedCode = numberOf(v)
	case tagWrappedKey:
		e.WrappedKey = hex.EncodeToString(v)
		if e.KeyBits > 0 && e.KeyBits != 8*len(v) {
			f.problem("offset %d: wrapped key of %d octets for a recipient key of %d bits", p, len(v), e.KeyBits)
		}
	case tagHashCode:
		e.HashAlgorithm = hashName(numberOf(v))
	case tagPlainHash:
		e.Hash = hex.EncodeToString(v)
	}
}
