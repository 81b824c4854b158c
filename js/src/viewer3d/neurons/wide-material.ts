/** How the lines of selected neurons are drawn: for each edge a rectangle of one width on the screen. */
import { DoubleSide } from "three";
import { type LineMaterial, LOOK, NeuronMaterial } from "./line-material";

const VERTEX = `${LOOK}
in vec2 corner;
in vec3 from;
in vec3 to;
in uvec2 tags;
uniform vec2 viewport;
uniform float width;
uniform float nearest;

void main() {
  bool isEnd = corner.y > 0.5;
  lineColor = lookOf(isEnd ? tags.y : tags.x);
  vec3 start = (modelViewMatrix * vec4(from, 1.0)).xyz;
  vec3 end = (modelViewMatrix * vec4(to, 1.0)).xyz;
  // What is behind who looks has no place on the screen: the edge begins where it comes into sight.
  if (start.z > -nearest && end.z < -nearest) start = mix(start, end, (start.z + nearest) / (start.z - end.z));
  else if (end.z > -nearest && start.z < -nearest) end = mix(end, start, (end.z + nearest) / (end.z - start.z));
  vec4 one = projectionMatrix * vec4(start, 1.0);
  vec4 other = projectionMatrix * vec4(end, 1.0);
  vec2 along = (other.xy / other.w - one.xy / one.w) * viewport;
  along = dot(along, along) > 0.0 ? normalize(along) : vec2(1.0, 0.0);
  vec2 aside = vec2(-along.y, along.x) * corner.x + along * (isEnd ? 0.4 : -0.4);
  vec4 place = isEnd ? other : one;
  place.xy += aside * width / viewport * place.w;
  depth = isEnd ? -end.z : -start.z;
  bool isHidden = lineColor.a == 0.0 || (start.z > -nearest && end.z > -nearest);
  gl_Position = isHidden ? vec4(2.0, 2.0, 2.0, 1.0) : place;
}`;

export class WideMaterial extends NeuronMaterial {
  /** The colours are those of the lines. */
  constructor(lines: LineMaterial) {
    super(VERTEX, {
      ...lines.uniforms,
      viewport: { value: [1, 1] },
      width: { value: 4 },
      nearest: { value: 1 },
    });
    // Which way round a rectangle is depends on the edge's direction.
    this.side = DoubleSide;
  }

  /**
   * @param width, height - of the picture, CSS pixels
   * @param nearest - what is nearer to the camera is not seen, nm
   */
  setView(width: number, height: number, nearest: number): void {
    this.setUniform("viewport", [width, height]);
    this.setUniform("nearest", nearest);
  }
}
