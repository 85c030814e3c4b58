package server

import (
	"encoding/hex"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/storage"
)

// bookmarkPrefix starts every bookmark of this server; the number is the
// version of the form.
const bookmarkPrefix = "DB1:"

// appendBookmark appends the text of a commit position in the database id:
//
//	DB1:<database, 32 hex digits>:<position, decimal>:<CRC-32C, 8 hex digits>
//
// The checksum covers everything before its colon, so that a bookmark that was
// cut or mistyped is refused instead of waited for.
func appendBookmark(dst []byte, id [16]byte, p storage.Position) []byte {
	start := len(dst)
	dst = append(dst, bookmarkPrefix...)
	dst = hex.AppendEncode(dst, id[:])
	dst = append(dst, ':')
	dst = strconv.AppendUint(dst, uint64(p), 10)
	sum := bookmarkSum(dst[start:])
	dst = append(dst, ':')
	return hex.AppendEncode(dst, sum[:])
}

func bookmarkSum[T string | []byte](text T) [4]byte {
	c := crc32.Checksum([]byte(text), crc32.MakeTable(crc32.Castagnoli))
	return [4]byte{byte(c >> 24), byte(c >> 16), byte(c >> 8), byte(c)}
}

// parseBookmark reads what appendBookmark wrote.
func parseBookmark(text string) (id [16]byte, p storage.Position, ok bool) {
	body, found := strings.CutPrefix(text, bookmarkPrefix)
	if !found || len(body) < 32+1+1+1+8 {
		return id, 0, false
	}
	end := len(text) - 9
	sum := bookmarkSum(text[:end])
	if text[end] != ':' || text[end+1:] != hex.EncodeToString(sum[:]) {
		return id, 0, false
	}
	if _, err := hex.Decode(id[:], []byte(body[:32])); err != nil || body[32] != ':' {
		return id, 0, false
	}
	n, err := strconv.ParseUint(body[33:len(body)-9], 10, 64)
	if err != nil {
		return id, 0, false
	}
	return id, storage.Position(n), true
}
