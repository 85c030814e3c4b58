package bolt

import "github.com/drawbolt/drawbolt/packstream"

func appendText(dst []byte, key, value string) []byte {
	return packstream.AppendString(packstream.AppendString(dst, key), value)
}

func appendTextUnlessEmpty(dst []byte, key, value string) []byte {
	if value == "" {
		return dst
	}
	return appendText(dst, key, value)
}

func appendNumber(dst []byte, key string, n int64) []byte {
	return packstream.AppendInt(packstream.AppendString(dst, key), n)
}

func appendFlag(dst []byte, key string, b bool) []byte {
	return packstream.AppendBool(packstream.AppendString(dst, key), b)
}

func appendTexts(dst []byte, list []string) []byte {
	dst = packstream.AppendListHeader(dst, len(list))
	for _, s := range list {
		dst = packstream.AppendString(dst, s)
	}
	return dst
}
