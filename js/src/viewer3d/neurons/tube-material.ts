/** How tubes are drawn: for each edge a rectangle that faces the camera and is shaded as if it were round. */
import { DoubleSide } from "three";
import { type LineMaterial, LOOK, NeuronMaterial } from "./line-material";

const VERTEX = `${LOOK}
in vec2 corner;
in vec4 from;
in vec4 to;
in uvec2 tags;
uniform bool isPerspective;
out vec2 inTube;
flat out vec3 tube;
flat out vec2 endDepths;
flat out vec3 rimColor;

void main() {
  bool isEnd = corner.y > 0.5;
  lineColor = lookOf(isEnd ? tags.y : tags.x);
  rimColor = isSelected ? highlight : vec3(-1.0);
  vec3 start = (modelViewMatrix * vec4(from.xyz, 1.0)).xyz;
  vec3 end = (modelViewMatrix * vec4(to.xyz, 1.0)).xyz;
  float widest = max(from.w, to.w);
  vec3 seen = isEnd ? end : start;
  vec3 away = isPerspective ? normalize(seen) : vec3(0.0, 0.0, -1.0);
  // Along the tube as it is seen, and across: both in the plane that faces the camera.
  vec3 ahead = end - start;
  ahead -= away * dot(ahead, away);
  float size = length(ahead);
  ahead = size > 1e-6 * widest ? ahead / size : normalize(cross(away, vec3(away.y, away.z, -away.x) + vec3(1e-3)));
  vec3 aside = cross(ahead, away);
  tube = vec3(size, from.w, to.w);
  inTube = vec2(widest * corner.x, isEnd ? size + widest : -widest);
  endDepths = vec2(-start.z, -end.z);
  depth = -seen.z;
  vec4 place = projectionMatrix * vec4(seen + aside * widest * corner.x + ahead * (isEnd ? widest : -widest), 1.0);
  gl_Position = lineColor.a == 0.0 ? vec4(2.0, 2.0, 2.0, 1.0) : place;
}`;

export class TubeMaterial extends NeuronMaterial {
  /** The colours are those of the lines. */
  constructor(lines: LineMaterial) {
    super(VERTEX, { ...lines.uniforms, isPerspective: { value: true } });
    this.defines.TUBE = "";
    // Which way round a rectangle is depends on the edge's direction.
    this.side = DoubleSide;
  }

  setPerspective(isPerspective: boolean): void {
    this.setUniform("isPerspective", isPerspective);
  }
}
