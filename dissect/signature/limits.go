package signature

const (
	// maxModulusBits is the largest RSA modulus that is computed with. Trust
	// lists know up to 4096 bits; OpenSSL stops at 16384. One verification
	// with a hostile exponent stays far below a second.
	maxModulusBits = 16384

	// minModulusBits is the smallest: RSASSA-PKCS1-v1_5 with MD5 needs 45
	// octets, so nothing smaller could hold a signature anyway.
	minModulusBits = 360
)
