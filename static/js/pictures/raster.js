/** Rasterizes an SVG as PNG. */

/**
 * @param {string} text an SVG file
 * @param {{width: number, height: number}} size
 * @returns {Promise<Blob>} a PNG file
 */
export async function rasterize(text, { width, height }) {
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const image = new Image(width, height);
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    canvas.getContext("2d").drawImage(image, 0, 0, width, height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  } finally {
    URL.revokeObjectURL(url);
  }
}
