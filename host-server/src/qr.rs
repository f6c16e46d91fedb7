//! Draws a text as a QR code, for an authenticator's camera.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_core::secret::Secret;
use fast_qr::qr::QRBuilder;

/// Pixels to a module: large enough for a camera that looks at a screen, some 300 pixels in all.
const SCALE: usize = 5;

/// Modules of white around the code (ISO/IEC 18004 asks for four).
const QUIET_ZONE: usize = 4;

/// The QR code of a text as `data:image/png;base64,…`, black on white.
///
/// # Errors
/// Where the text is too long for any QR code (about 2,300 bytes), or the picture cannot be written.
pub fn data_uri(text: &str) -> Result<Secret<String>, QrError> {
    let code = QRBuilder::new(text).build()?;
    let side = (code.size + 2 * QUIET_ZONE) * SCALE;
    let pixel_side = u32::try_from(side).unwrap_or(u32::MAX);
    let mut picture = Vec::new();
    let mut encoder = png::Encoder::new(&mut picture, pixel_side, pixel_side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header()?;
    let mut pixels = Vec::with_capacity(side * side.div_ceil(8));
    for y in 0..side {
        let row: Vec<bool> = (0..side).map(|x| !is_dark(&code, x / SCALE, y / SCALE)).collect();
        pixels.extend(row.chunks(8).map(eight_pixels));
    }
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(Secret::new(format!("data:image/png;base64,{}", STANDARD.encode(&picture))))
}

/// Whether a module of the picture is dark; those of the margin are not.
fn is_dark(code: &fast_qr::QRCode, column: usize, row: usize) -> bool {
    let place = |module: usize| module.checked_sub(QUIET_ZONE).filter(|place| *place < code.size);
    place(row).zip(place(column)).is_some_and(|(row, column)| code[row][column].value())
}

/// Up to eight pixels in one byte, the first in its highest bit (PNG section 7.2).
fn eight_pixels(pixels: &[bool]) -> u8 {
    pixels.iter().enumerate().fold(0, |byte, (place, white)| byte | (u8::from(*white) << (7 - place)))
}

/// Why there is no picture. It repeats nothing of the text.
#[derive(Debug, thiserror::Error)]
pub enum QrError {
    /// The text does not fit.
    #[error("the text does not fit into a QR code: {0}")]
    Code(#[from] fast_qr::qr::QRCodeError),
    /// The picture cannot be written.
    #[error("the QR code's picture cannot be written: {0}")]
    Picture(#[from] png::EncodingError),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the picture as an authenticator does.
    fn read(data_uri: &str) -> String {
        let encoded = data_uri.strip_prefix("data:image/png;base64,").unwrap();
        let picture = STANDARD.decode(encoded).unwrap();
        let mut decoder = png::Decoder::new(std::io::Cursor::new(picture));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let (width, height) = (info.width as usize, info.height as usize);
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn a_camera_reads_what_was_drawn() {
        let url = "otpauth://totp/auth.example.com:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
                   &issuer=auth.example.com&algorithm=SHA1&digits=6&period=30";
        for text in [url.to_owned(), [url, &"a".repeat(500)].concat()] {
            assert_eq!(read(data_uri(&text).unwrap().expose()), text);
        }
    }

    #[test]
    fn a_text_too_long_is_an_error_that_does_not_repeat_it() {
        let error = data_uri(&"secret".repeat(1_000)).unwrap_err();
        assert!(!error.to_string().contains("secretsecret"), "{error}");
    }
}
