//! What an authenticator app takes a seed in by: an `otpauth` URI, and its picture.

use crate::{Error, Result};
use data_encoding::BASE32_NOPAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use png::{BitDepth, ColorType, Encoder};
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write;
use zeroize::Zeroizing;

/// RFC 3986: these stand for themselves everywhere in a URI.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Pixels of a module's side.
const SCALE: usize = 4;
/// Modules of white around the code, as its standard wants.
const QUIET: usize = 4;

/// A seed in base32, as people type it.
pub(super) fn base32(seed: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(BASE32_NOPAD.encode(seed))
}

/// `otpauth://totp/DEVICE@ACCOUNT?secret=BASE32`
///
/// Source: `VirtualMFADevice` in the IAM API reference.
pub(super) fn uri(device_name: &str, account_name: &str, base32: &str) -> Zeroizing<String> {
    let mut uri = Zeroizing::new(String::from("otpauth://totp/"));
    let [device, account] = [device_name, account_name].map(|name| utf8_percent_encode(name, ESCAPED));
    // Writing to a text cannot fail.
    let _ = write!(uri, "{device}@{account}?secret={base32}");
    uri
}

/// A text as a QR code, in PNG.
pub(super) fn qr_code(text: &str) -> Result<Vec<u8>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(Error::internal)?;
    let modules = usize::try_from(code.size()).map_err(Error::internal)?;
    let side = (modules + 2 * QUIET) * SCALE;
    let module = |pixel: usize| i32::try_from(pixel / SCALE).unwrap_or(0) - i32::try_from(QUIET).unwrap_or(0);
    let pixels: Vec<u8> = (0..side * side)
        .map(|at| if code.get_module(module(at % side), module(at / side)) { 0 } else { 255 })
        .collect();
    let mut bytes = Vec::new();
    let pixels_wide = u32::try_from(side).map_err(Error::internal)?;
    let mut encoder = Encoder::new(&mut bytes, pixels_wide, pixels_wide);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(Error::internal)?;
    writer.write_image_data(&pixels).map_err(Error::internal)?;
    writer.finish().map_err(Error::internal)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uri_names_device_and_account() {
        let uri = uri("phone+a@b", "al=ice", &base32(b"12345678901234567890"));
        insta::assert_snapshot!(&*uri, @"otpauth://totp/phone%2Ba%40b@al%3Dice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn the_longest_uri_has_a_picture() {
        let uri = uri(&"+".repeat(226), &"=".repeat(64), &base32(&[0xff; 40]));
        let picture = qr_code(&uri).unwrap();
        let decoder = png::Decoder::new(std::io::Cursor::new(&picture));
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(info.width, info.height);
        // White around, and the dark corner of the first finder pattern within.
        assert_eq!(pixels[0], 255);
        let corner = QUIET * SCALE;
        assert_eq!(pixels[corner * info.width as usize + corner], 0);
        assert!(qr_code(&"x".repeat(4000)).is_err());
    }
}
