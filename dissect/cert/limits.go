package cert

const (
	// maxCertificate bounds what is read: a TLS handshake message and a trust
	// list record end far below it.
	maxCertificate = 1 << 20

	// maxAttributes bounds the attributes of one name. Real names have less
	// than ten; the rest of a longer one is left out and named in Problem.
	maxAttributes = 64
)
